/** Hands a FHIR file to the browser's downloads. */
export function download(fileName: string, json: string): void {
  const url = URL.createObjectURL(new Blob([json], { type: 'application/fhir+json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has taken its copy by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
