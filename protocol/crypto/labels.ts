/**
 * Every domain label of suite 1, in one place. A signature, a derived key or a hash made for one purpose is worth
 * nothing for another (ATTACK 14). A label is never reused with another meaning.
 */
export const SUITE = 1;

export const LABEL = {
  wardId: 'wardsync/1/ward-id',
  itemId: 'wardsync/1/item-id',
  /** Followed by `/` and the item's kind. */
  item: 'wardsync/1/item',
  certificate: 'wardsync/1/session-certificate',
  heartbeat: 'wardsync/1/frontier-heartbeat',
  join: 'wardsync/1/join',
  joinAsk: 'wardsync/1/join-ask',
  invitation: 'wardsync/1/invitation',
  documentDigest: 'wardsync/1/document-digest',
  subscriptionDigest: 'wardsync/1/subscription-digest',
  teamDocument: 'wardsync/1/team-document',
  documentId: 'wardsync/1/document-id',
  bundle: 'wardsync/1/user-bundle',
  unlockKey: 'wardsync/1/unlock-key',
  teamGrant: 'wardsync/1/team-grant',
  documentGrant: 'wardsync/1/document-grant',
  epochLink: 'wardsync/1/epoch-link',
  changesetSalt: 'wardsync/1/changeset-salt',
  changesetKey: 'wardsync/1/changeset-key',
  kemRandomness: 'wardsync/1/kem-randomness',
  sealedName: 'wardsync/1/sealed-name',
  erasureReason: 'wardsync/1/erasure-reason',
  draftKey: 'wardsync/1/draft-key',
  draft: 'wardsync/1/draft',
  authorityKey: 'wardsync/1/certificate-authority-key',
  kit: 'wardsync/1/kit',
  kitKey: 'wardsync/1/kit-key',
  recovery: 'wardsync/1/recovery',
  recoveryKey: 'wardsync/1/recovery-key',
  recoveryShare: 'wardsync/1/recovery-share',
  recoveryCommitments: 'wardsync/1/recovery-commitments',
  recoveryRelease: 'wardsync/1/recovery-release',
  recoveryCode: 'wardsync/1/recovery-code',
  shareCoefficient: 'wardsync/1/share-coefficient',
  proofNonce: 'wardsync/1/proof-nonce',
  dealing: 'wardsync/1/unlock-dealing',
  unlockInput: 'wardsync/1/unlock-input',
  unlockReset: 'wardsync/1/unlock-reset',
  auditKey: 'wardsync/1/audit-key',
  audit: 'wardsync/1/audit',
  pin: 'wardsync/1/pin',
  pinKey: 'wardsync/1/pin-key',
  pinInput: 'wardsync/1/pin-input',
  pinHold: 'wardsync/1/pin-hold',
  pinChange: 'wardsync/1/pin-change',
} as const;

export type Label = (typeof LABEL)[keyof typeof LABEL];
