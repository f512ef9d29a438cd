// Readers of bounces: ours, with each kind of line end, and two other programs.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseMail } from '../../../src/bounces/mail/parse-mail.ts'
import { parseReport } from '../../../src/bounces/reading/parse-report.ts'
import type { CorpusMail } from './bounces-corpus.ts'

/** What a reader says of one recipient. */
export interface Said {
  recipient: string | null
  isDead: boolean
  /** Suppressed, for whatever reason. */
  isSuppressed: boolean
  /** "5.1.1", "550" */
  status: string | null
  words: string
}

export type Reading = Map<string, Said[]>

const ENDS = { LF: '\n', CRLF: '\r\n', CR: '\r' }

export interface OursRead {
  reading: Reading
  crashed: string[]
  /** Files of which the three forms do not say the same. */
  uneven: string[]
  forms: number
}

export async function readWithOurs(mails: CorpusMail[]): Promise<OursRead> {
  const read: OursRead = { reading: new Map(), crashed: [], uneven: [], forms: 0 }
  for (const { file, bytes } of mails) {
    const said = await Promise.all(formsOf(bytes).map(sayingOf))
    read.forms += said.length
    for (const [at, one] of said.entries()) if (!one) read.crashed.push(`${file} (${Object.keys(ENDS)[at]})`)
    if (new Set(said.map((one) => JSON.stringify(one))).size > 1) read.uneven.push(file)
    read.reading.set(file, said[0] ?? [])
  }
  return read
}

function formsOf(bytes: Buffer): Buffer[] {
  const lines = bytes.toString('latin1').split(/\r\n|\r|\n/)
  return Object.values(ENDS).map((end) => Buffer.from(lines.join(end), 'latin1'))
}

async function sayingOf(mail: Buffer): Promise<Said[] | null> {
  try {
    return parseReport(await parseMail(mail)).bounces.map(
      ({ recipient, class: kind, status, diagnostic, rule, sure }) => ({
        recipient,
        isDead: kind === 'dead',
        isSuppressed: kind === 'dead' || kind === 'complaint',
        status,
        words: `${kind}${sure ? ', sure' : ''} (${rule ?? 'no rule'}): ${diagnostic ?? ''}`,
      }),
    )
  } catch {
    return null
  }
}

const SISIMAI = `
use JSON::PP; my $json = JSON::PP->new->utf8->canonical;
while (my $path = <STDIN>) { chomp $path;
  my $all = eval { Sisimai->rise($path, delivered => 1, vacation => 1) } // [];
  my @said = map { { recipient => $_->recipient->address, dead => $_->hardbounce ? JSON::PP::true : JSON::PP::false } } @$all;
  print $json->encode(\\@said), "\\n" }`

const FLUFL = `
import json, sys
from email import message_from_bytes
from flufl.bounce import all_failures
for path in sys.stdin:
    try:
        with open(path.rstrip("\\n"), "rb") as file: later, never = all_failures(message_from_bytes(file.read()))
    except Exception: later, never = [], []
    text = lambda one: one.decode("utf-8", "replace") if isinstance(one, bytes) else one
    print(json.dumps([{"recipient": text(one), "dead": dead} for all, dead in ((never, True), (later, False)) for one in sorted(all)]))`

/** A program that is not installed gives the reason in its place. */
export const OTHERS: Record<string, (folder: string, mails: CorpusMail[]) => Reading | string> = {
  Sisimai: (folder, mails) =>
    readWith(
      [
        ['perl', '-MSisimai', '-e', SISIMAI],
        ['/usr/bin/perl', '-MSisimai', '-e', SISIMAI],
      ],
      folder,
      mails,
    ),
  'flufl.bounce': (folder, mails) =>
    readWith(
      [
        ['python3', '-c', FLUFL],
        ['/usr/bin/python3', '-c', FLUFL],
      ],
      folder,
      mails,
    ),
}

const MAX_OUTPUT = 64 * 1024 * 1024

function readWith(commands: string[][], folder: string, mails: CorpusMail[]): Reading | string {
  const input = mails.map(({ file }) => join(folder, file)).join('\n')
  let why = ''
  for (const [program = '', ...args] of commands) {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      input,
      encoding: 'utf8',
      maxBuffer: MAX_OUTPUT,
    })
    if (status === 0) return toReading(stdout, mails)
    why = (error?.message ?? stderr.split('\n').filter(Boolean).at(0) ?? `ended with ${status}`).slice(0, 100)
  }
  return why
}

function toReading(output: string, mails: CorpusMail[]): Reading {
  const lines = output.split('\n')
  return new Map(
    mails.map(({ file }, at) => {
      const said = JSON.parse(lines[at] || '[]') as { recipient: string; dead: boolean }[]
      return [
        file,
        said.map(({ recipient, dead }) => ({
          recipient,
          isDead: dead,
          isSuppressed: dead,
          status: null,
          words: '',
        })),
      ]
    }),
  )
}
