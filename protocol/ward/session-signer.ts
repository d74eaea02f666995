/**
 * What one session signs with: a fresh key, certified by the user's (LOG-3), that begins its own chains and is never
 * used again. Everything that an unlocked client writes goes through here.
 */
import type { Clock, Entropy } from '../codec/environment.ts';
import { hexOf, LOG_DOCUMENT, sessionId, SESSIONS_DOCUMENT, type DeviceId, type DocumentId, type Hex, type ItemId, type SessionId, type WardId } from '../codec/ids.ts';
import { signingKeyFromSeed, type DeviceKey, type SigningKey } from '../crypto/signing/signature.ts';
import { encodeFields, encodeItem, signItem, type Item, type ItemContent, type ItemPlace } from '../items/item.ts';
import type { Identity } from '../keys/identity.ts';
import { certifySession, type Certificate } from '../membership/certificate.ts';
import { encodeOperation, type Operation } from '../membership/operation.ts';
import { encodeSessionEnd, encodeSessionStart, MAX_ENDED_CHAINS } from '../membership/session-record.ts';
import { ChainWriter, NotAdmittedError } from '../replica/chain-writer.ts';
import type { Replica } from '../replica/replica.ts';

export interface SessionSigner {
  readonly session: SessionId;
  /** Where it was opened. */
  readonly device: DeviceId;
  readonly key: SigningKey;
  /** Signs an operation of the ward log and puts it there. */
  operate(operation: Operation): Promise<Item>;
  /**
   * Signs operations of which none knows of another, and puts them into the ward log: all but the first by a session each,
   * which is made for it and signs nothing else.
   */
  operateApart(first: Operation, others: readonly Operation[]): Promise<void>;
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
  /** Of the device on which it is. */
  readonly deviceKey: DeviceKey;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Makes the session known to the ward: the first item of its chain in the sessions document is its certificate. */
export async function startSession({ replica, identity, deviceKey, clock, entropy }: SessionStart): Promise<SessionSigner> {
  const certified = async (): Promise<CertifiedKey> => {
    const key = signingKeyFromSeed(entropy.randomBytes(32));
    const session = sessionId.from(key.publicKey);
    const certificate = await certifySession({ user: identity.signing, device: deviceKey }, replica.ward, { user: identity.user, session, created: clock.now() });
    return { key, certificate };
  };
  const { key, certificate } = await certified();
  const signer = signerOf(replica, key, certificate, clock, certified);
  await signer.append(SESSIONS_DOCUMENT, { type: 'session' }, () => encodeSessionStart(certificate));
  return signer;
}

interface CertifiedKey {
  readonly key: SigningKey;
  readonly certificate: Certificate;
}

function signerOf(replica: Replica, key: SigningKey, certificate: Certificate, clock: Clock, newlyCertified: () => Promise<CertifiedKey>): SessionSigner {
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

  const operate = (operation: Operation): Promise<Item> => append(LOG_DOCUMENT, { type: 'operation' }, () => encodeOperation({ operation, certificate }));

  async function signApart(operation: Operation, heads: readonly ItemId[]): Promise<Item> {
    const once = await newlyCertified();
    const place: ItemPlace = { document: LOG_DOCUMENT, author: once.certificate.session, seq: 1, prev: new Uint8Array(0), heads, time: clock.now() };
    const item = signItem(once.key, ward, encodeFields(place, { type: 'operation' }), encodeOperation({ operation, certificate: once.certificate }));
    once.key.seed.fill(0);
    return item;
  }

  return {
    session: certificate.session,
    device: certificate.device,
    key,
    append,
    appendBuilt,
    operate,
    async operateApart(first, others) {
      const { heads } = replica.state();
      const apart = await Promise.all(others.map((operation) => signApart(operation, heads)));
      await operate(first);
      for (const item of apart) {
        const verdict = await replica.offer({ document: LOG_DOCUMENT, author: item.fields.author, items: [encodeItem(item)] });
        if (verdict.outcome !== 'stored') throw new NotAdmittedError(verdict);
      }
    },
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
