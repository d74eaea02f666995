/** How many Ed25519 signatures this process has checked: a mark at the seam of the primitives, none of it inside them. */
import { primitives } from '#signing-primitives';

let checks = 0;

/** To be called once, before anything is checked. */
export function countSignatureChecks(): void {
  const { ed25519Verify } = primitives;
  Object.assign(primitives, {
    ed25519Verify: (...asked: Parameters<typeof ed25519Verify>) => {
      checks += 1;
      return ed25519Verify(...asked);
    },
  });
}

export function signatureChecks(): number {
  return checks;
}
