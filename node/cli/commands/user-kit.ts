import { KIT_LANGUAGES, kitCode, kitWords } from '../../../protocol/keys/kit-words.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { qrLines } from '../qr.ts';

export const userKit: Command = {
  words: ['user', 'kit'],
  summary: 'Make your recovery kit: 24 words, shown once, for the day you forget your password.',
  options: { ...CLIENT_OPTIONS, language: { type: 'string', value: 'LANGUAGE', help: `language of the words: ${KIT_LANGUAGES.join(', ')}`, default: 'en' } },
  about: `Write the words on paper and keep them under lock. With them and a device of the ward, whoever has the paper sets a new password for
you ('wardsync recover'). A new kit takes the place of the one before; a kit that was used is spent. Whoever has the paper and an old copy of a
device's folder opens your keys even then: if the paper is lost, ask an admin for new keys ('wardsync user renew').`,
  async run(args, io) {
    const language = KIT_LANGUAGES.find((name) => name === args.must('language'));
    if (language === undefined) throw new UsageError(`--language is one of ${KIT_LANGUAGES.join(', ')}`);
    const secret = await withClient(args, io, async ({ session }, password) => {
      const made = await session.account.makeKit(password);
      if (!made.ok) throw new CommandFailed('wrong password');
      return made.value;
    });
    const [words, code] = [kitWords(secret, language), kitCode(secret)];
    const rows = Array.from({ length: 6 }, (_, row) => [0, 6, 12, 18].map((column) => `${String(row + column + 1).padStart(2)} ${(words[row + column] ?? '').padEnd(12)}`).join('').trimEnd());
    io.result({ user: args.must('user'), words, code }, [
      `Recovery kit of ${args.must('user')}. Write it down now: it is not shown again.`, '', ...rows, '', qrLines(code), code,
    ].join('\n'));
  },
};
