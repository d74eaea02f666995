/**
 * A kit's secret as people can keep it: 24 words of BIP 39, or the text of a QR code. Each has a checksum, so that a slip
 * of the pen is told from a wrong kit.
 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import { assertBytes, concatBytes, equalBytes, fromBase64Url, toBase64Url } from '../codec/bytes.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { sha256 } from '../crypto/signing/hash.ts';

export const KIT_SECRET_LENGTH = 32;
export const KIT_WORDS = 24;
export const KIT_LANGUAGES = ['en', 'fr'] as const;
export type KitLanguage = (typeof KIT_LANGUAGES)[number];

/** What was typed is not a kit's secret. `place`: the first word, from 1, that is in no list. */
export type KitTextProblem =
  | { readonly code: 'unknown-word'; readonly place: number }
  | { readonly code: 'not-24-words'; readonly count: number }
  /** Each word is one of the list, and together they are no kit: two are exchanged, or one stands for another. */
  | { readonly code: 'checksum' };

/** 24 words, in the order in which they are to be written. */
export function kitWords(secret: Uint8Array, language: KitLanguage): readonly string[] {
  return entropyToMnemonic(assertBytes(secret, KIT_SECRET_LENGTH, 'kit secret'), LISTS[language]).normalize('NFC').split(' ');
}

/** The text of the QR code: `WSK1-` and base64url of the secret and four bytes of its SHA-256. */
export function kitCode(secret: Uint8Array): string {
  return CODE_MARK + toBase64Url(concatBytes(assertBytes(secret, KIT_SECRET_LENGTH, 'kit secret'), checksumOf(secret)));
}

/** Reads words of either language, or the code. Case, accents and spaces do not matter, and four letters of a word are enough. */
export function readKitText(text: string): Result<Uint8Array, KitTextProblem> {
  const code = text.replaceAll(/\s/g, '');
  if (code.startsWith(CODE_MARK)) return readCode(code.slice(CODE_MARK.length));
  const typed = text.split(/[^\p{L}\p{M}]+/u).filter((word) => word !== '').map(plain);
  if (typed.length !== KIT_WORDS) return fail({ code: 'not-24-words', count: typed.length });
  const readings = KIT_LANGUAGES.map((language) => ({ language, words: typed.map((word) => wordOf(word, language)) }));
  let known = 0;
  for (const { language, words } of readings) {
    const whole = words.filter((word) => word !== undefined);
    if (whole.length === KIT_WORDS) {
      const secret = secretOf(whole, language);
      if (secret !== undefined) return succeed(secret);
      known = KIT_WORDS;
    } else {
      known = Math.max(known, words.indexOf(undefined));
    }
  }
  return fail(known === KIT_WORDS ? { code: 'checksum' } : { code: 'unknown-word', place: known + 1 });
}

const LISTS: Readonly<Record<KitLanguage, string[]>> = { en: english, fr: french };
const CODE_MARK = 'WSK1-';
const CHECKSUM_LENGTH = 4;
/** In both lists no two words share their first four letters. */
const TELLING_LETTERS = 4;

const dictionaries = new Map<KitLanguage, ReadonlyMap<string, string>>();

function wordOf(typed: string, language: KitLanguage): string | undefined {
  let dictionary = dictionaries.get(language);
  if (dictionary === undefined) {
    dictionary = new Map(LISTS[language].flatMap((word) => {
      const letters = plain(word);
      return Array.from({ length: Math.max(1, letters.length - TELLING_LETTERS + 1) }, (_, more) => [letters.slice(0, TELLING_LETTERS + more), word] as const);
    }));
    dictionaries.set(language, dictionary);
  }
  return dictionary.get(typed);
}

function secretOf(words: readonly string[], language: KitLanguage): Uint8Array | undefined {
  try {
    return mnemonicToEntropy(words.join(' '), LISTS[language]);
  } catch {
    return undefined; // the checksum does not fit
  }
}

function readCode(code: string): Result<Uint8Array, KitTextProblem> {
  try {
    const bytes = assertBytes(fromBase64Url(code, 'kit code'), KIT_SECRET_LENGTH + CHECKSUM_LENGTH, 'kit code');
    const secret = bytes.slice(0, KIT_SECRET_LENGTH);
    return equalBytes(checksumOf(secret), bytes.subarray(KIT_SECRET_LENGTH)) ? succeed(secret) : fail({ code: 'checksum' });
  } catch (error) {
    if (error instanceof MalformedError) return fail({ code: 'checksum' });
    throw error;
  }
}

function checksumOf(secret: Uint8Array): Uint8Array {
  return sha256(secret).subarray(0, CHECKSUM_LENGTH);
}

function plain(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
