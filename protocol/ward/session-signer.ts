/**
 * What one session signs with: a fresh key, certified by the user's (LOG-3), that begins its own chains and is never
 * used again. Everything that an unlocked client writes goes through here.
 */
import type { Clock, Entropy } from '../codec/environment.ts';
import { hexOf, LOG_DOCUMENT, sessionId, SESSIONS_DOCUMENT, type DeviceId, type DocumentId, type Hex, type SessionId, type WardId } from '../codec/ids.ts';
import { signingKeyFromSeed, type SigningKey } from '../crypto/signing/signature.ts';
import { encodeFields, signItem, type Item, type ItemContent, type ItemPlace } from '../items/item.ts';
import type { Identity } from '../keys/identity.ts';
import { certifySession, type Certificate } from '../membership/certificate.ts';
import { encodeOperation, type Operation } from '../membership/operation.ts';
import { encodeSessionEnd, encodeSessionStart, MAX_ENDED_CHAINS } from '../membership/session-record.ts';
import { ChainWriter } from '../replica/chain-writer.ts';
import type { Replica } from '../replica/replica.ts';

export interface SessionSigner {
  readonly session: SessionId;
  readonly key: SigningKey;
  /** Signs an operation of the ward log and puts it there. */
  operate(operation: Operation): Promise<Item>;
  /** Puts an item into the session's chain in `document`: `body` gets the encoded fields that it may have to bind. */
  append(document: DocumentId, content: ItemContent, body: (fields: Uint8Array) => Uint8Array | Promise<Uint8Array>): Promise<Item>;
  /** As `append`, for content that depends on the place. */
  appendBuilt(document: DocumentId, build: (place: ItemPlace) => Item | Promise<Item>): Promise<Item>;
  /** Says where this session's chains end, as the last thing it signs. */
  end(): Promise<void>;
  /** Overwrites the key. */
  wipe(): void;
}

export interface SessionStart {
  readonly replica: Replica;
  readonly identity: Identity;
  readonly device: DeviceId;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Makes the session known to the ward: the first item of its chain in the sessions document is its certificate. */
export async function startSession({ replica, identity, device, clock, entropy }: SessionStart): Promise<SessionSigner> {
  const key = signingKeyFromSeed(entropy.randomBytes(32));
  const session = sessionId.from(key.publicKey);
  const certificate = certifySession(identity.signing, replica.ward, { user: identity.user, session, device, created: clock.now() });
  const signer = signerOf(replica, key, certificate, clock);
  await signer.append(SESSIONS_DOCUMENT, { type: 'session' }, () => encodeSessionStart(certificate));
  return signer;
}

function signerOf(replica: Replica, key: SigningKey, certificate: Certificate, clock: Clock): SessionSigner {
  const writer = new ChainWriter({ replica, author: certificate.session, clock });
  const ward: WardId = replica.ward;
  const written = new Map<Hex<DocumentId>, DocumentId>();

  function appendBuilt(document: DocumentId, build: (place: ItemPlace) => Item | Promise<Item>): Promise<Item> {
    written.set(hexOf(document), document);
    return writer.append(document, build);
  }

  function append(document: DocumentId, content: ItemContent, body: (fields: Uint8Array) => Uint8Array | Promise<Uint8Array>): Promise<Item> {
    return appendBuilt(document, async (place) => {
      const fields = encodeFields(place, content);
      return signItem(key, ward, fields, await body(fields));
    });
  }

  return {
    session: certificate.session,
    key,
    append,
    appendBuilt,
    operate: (operation) => append(LOG_DOCUMENT, { type: 'operation' }, () => encodeOperation({ operation, certificate })),
    async end() {
      const chains = [...written.values()].filter((document) => hexOf(document) !== hexOf(SESSIONS_DOCUMENT)).slice(0, MAX_ENDED_CHAINS);
      const ends = chains.flatMap((document) => {
        const head = replica.head({ document, author: certificate.session });
        return head === undefined ? [] : [{ document, seq: head.seq, id: head.id }];
      });
      await append(SESSIONS_DOCUMENT, { type: 'session' }, () => encodeSessionEnd(ends));
    },
    wipe: () => { key.seed.fill(0); },
  };
}
