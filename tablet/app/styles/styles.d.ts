/** Style sheets are bundled by esbuild; importing one gives the page nothing but its rules. */
declare module '*.css';
