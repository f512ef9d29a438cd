import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

export interface StrictlyParsed {
  /** Name and value of every header field, in order. */
  fields: [name: string, value: string][]
  defects: string[]
  /** Type and content of every part that is not multipart. */
  parts: [type: string, content: string][]
}

export const hasPython = spawnSync('python3', ['--version']).status === 0

/** What Python's strictest e-mail policy reads in each mail. */
export function parseStrictly(mails: Buffer[]): StrictlyParsed[] {
  const { stdout, stderr, status } = spawnSync(
    'python3',
    [resolve(import.meta.dirname, 'strict-parser.py')],
    {
      input: `${mails.map((mail) => mail.toString('base64')).join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    },
  )
  if (status !== 0) throw new Error(stderr)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
