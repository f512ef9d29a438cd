import { expect, test } from 'vitest'
import { openLog, redact } from '../../../src/core/log.ts'

test.each([
  ['550 5.1.1 <ann@x.example>: unknown', '550 5.1.1 <[address]>: unknown'],
  ["can't reach Ann.O'Neil+tag@x.example now", "can't reach [address] now"],
  ['a=b/c@x.example', '[address]'],
  ["o'brien@x.example", '[address]'],
  ["'ann@x.example' is unknown", "'[address]' is unknown"],
  ['POST /?email=ann%40x.example&max=5', 'POST [address]'],
  ['GET /unsubscribe/AbC-12_3?x=1 failed', 'GET /unsubscribe/[token]?x=1 failed'],
  ['https://p.example/confirm/eyJhbGci', 'https://p.example/confirm/[token]'],
  ['secret abcdefghijklmnopqrstuvwxyz0123456789ABCDEF here', 'secret [token] here'],
  ['nothing to hide', 'nothing to hide'],
])('%s', (text, clean) => expect(redact(text)).toBe(clean))

test('a line is one JSON object with an event, an instant and clean fields', () => {
  const lines: string[] = []
  const log = openLog('info', { write: (line) => lines.push(line) })
  log.info('message.accepted', { message: 'm1', ms: 12, answer: '250 ok ann@x.example\nfaked line' })
  expect(lines).toHaveLength(1)
  const entry = JSON.parse(lines[0]!)
  expect(entry).toMatchObject({ level: 'info', event: 'message.accepted', message: 'm1', ms: 12 })
  expect(entry.answer).toBe('250 ok [address]\nfaked line')
  expect(lines[0]!.trimEnd()).not.toContain('\n')
})

test('a level leaves out what is below it', () => {
  const lines: string[] = []
  openLog('error', { write: (line) => lines.push(line) }).info('tick.claimed')
  expect(lines).toEqual([])
})

test('log lines of a library are redacted too, with any content', () => {
  const lines: string[] = []
  const { logger } = openLog('info', { write: (line) => lines.push(line) })
  const error = new Error('no such user "ann@x.example"')
  logger.child({ reqId: 'r1' }).warn({ err: error, req: { url: '/confirm/eyJhbGci' } }, 'to bob@x.example\n')
  expect(JSON.parse(lines[0]!)).toMatchObject({
    reqId: 'r1',
    msg: 'to [address]\n',
    err: { message: 'no such user "[address]"' },
    req: { url: '/confirm/[token]' },
  })
  expect(lines[0]).not.toContain('x.example')
})
