import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'

export interface StrictlyParsed {
  /** Name and value of every header field, in order. */
  fields: [name: string, value: string][]
  /** Display name and address of each sender. */
  from: [name: string, address: string][]
  defects: string[]
  /** Type and content of every part that is not multipart. */
  parts: [type: string, content: string][]
}

export const hasPython = spawnSync('python3', ['--version']).status === 0

/** What Python's strictest e-mail policy reads in each mail. */
export async function parseStrictly(mails: Buffer[]): Promise<StrictlyParsed[]> {
  const python = spawn('python3', [resolve(import.meta.dirname, 'strict-parser.py')])
  const [lines, complaints] = [text(python.stdout), text(python.stderr)]
  python.stdin.end(`${mails.map((mail) => mail.toString('base64')).join('\n')}\n`)
  const [status] = await once(python, 'close')
  if (status !== 0) throw new Error(await complaints)
  return (await lines)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
