import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareBytes, toHex } from '../../protocol/codec/bytes.ts';
import { encode } from '../../protocol/codec/cbor.ts';
import { documentId, type DocumentId } from '../../protocol/codec/ids.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { labelledHash, sha256 } from '../../protocol/crypto/signing/hash.ts';
import { DigestTrie, EMPTY_ROOT } from '../../protocol/sync/digest-trie.ts';

type Pair = readonly [DocumentId, Uint8Array];

/** FRONT-2, word for word. */
function rootByTheRule(pairs: readonly Pair[], depth = 0): Uint8Array {
  if (pairs.length === 0) return depth === 0 ? new Uint8Array(32) : new Uint8Array(0);
  if (pairs.length <= 8) {
    const sorted = [...pairs].sort(([a], [b]) => compareBytes(a, b));
    return labelledHash(LABEL.subscriptionDigest, encode(sorted.map(([document, digest]) => [document, digest])));
  }
  const children = Array.from({ length: 16 }, (_, index) => rootByTheRule(pairs.filter(([document]) => toHex(document)[depth] === index.toString(16)), depth + 1));
  return labelledHash(LABEL.subscriptionDigest, encode(children));
}

function digestOf(version: number, document: DocumentId): Uint8Array {
  return sha256(document, new Uint8Array([version]));
}

/** Ids that often begin alike. */
const document = fc
  .tuple(fc.constantFrom(0, 0, 1, 15), fc.array(fc.constantFrom(0, 1, 16, 255), { minLength: 15, maxLength: 15 }))
  .map(([first, rest]) => documentId.from(Uint8Array.from([first, ...rest])));

test('FRONT-2: the root after any changes is the one of the rule', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(document, fc.nat(3), fc.boolean()), { maxLength: 200 }), (changes) => {
      const versions = new Map<string, { document: DocumentId; version: number }>();
      const current = (id: DocumentId): Uint8Array => digestOf(versions.get(toHex(id))?.version ?? 0, id);
      const trie = new DigestTrie([], current);
      const rule = (): Uint8Array => rootByTheRule([...versions.values()].map(({ document: id, version }) => [id, digestOf(version, id)]));
      for (const [id, version, look] of changes) {
        versions.set(toHex(id), { document: id, version });
        trie.touch(id);
        if (look) assert.deepEqual(trie.root(), rule());
      }
      assert.deepEqual(trie.root(), rule());
      assert.equal(trie.size, versions.size);
    }),
    { numRuns: 200 },
  );
});

test('FRONT-2: an empty subscription has 32 zero bytes', () => {
  assert.deepEqual(new DigestTrie([], () => assert.fail()).root(), EMPTY_ROOT);
});

test('FRONT-2: nodes, digests and documents of a prefix agree with each other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(document, { maxLength: 60, selector: toHex }), (documents) => {
      const trie = new DigestTrie(documents, (id) => digestOf(0, id));
      const visit = (prefix: string): void => {
        const below = documents.filter((id) => toHex(id).startsWith(prefix));
        assert.deepEqual(trie.documentsAt(prefix)?.map((entry) => toHex(entry.document)).sort(), below.map((id) => toHex(id)).sort());
        assert.equal(trie.documentsAt(prefix, below.length - 1) === undefined, below.length > 0);
        const node = trie.nodeAt(prefix);
        assert.equal(node.type, below.length > 8 ? 'inner' : 'leaf');
        if (below.length === 0) assert.equal(trie.digestAt(prefix).length, 0);
        if (node.type === 'leaf') return;
        node.children.forEach((digest, index) => {
          assert.deepEqual(trie.digestAt(prefix + index.toString(16)), digest);
          visit(prefix + index.toString(16));
        });
      };
      visit('');
    }),
    { numRuns: 100 },
  );
});

test('FRONT-2: one change among 50,000 documents asks for one digest', () => {
  const documents = Array.from({ length: 50_000 }, (_, number) => documentId.from(sha256(encode(number)).slice(0, 16)));
  let asked = 0;
  const trie = new DigestTrie(documents, (id) => {
    asked++;
    return sha256(id);
  });
  trie.root();
  assert.equal(asked, documents.length);
  trie.touch(documents[7] ?? assert.fail());
  trie.root();
  assert.equal(asked, documents.length + 1);
});
