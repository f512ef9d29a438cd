import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openMailReader } from '../../../../src/bounces/mail/parse-apart.ts'
import { Fault } from '../../../../src/platform/errors.ts'

test('a mail is read in a thread, as it is here', async () => {
  const reader = openMailReader()
  const mails = ['Subject: one\n\nhello', 'Subject: two\n\nhello'].map((mail) =>
    reader.read(Buffer.from(mail)),
  )
  expect(await Promise.all(mails)).toEqual(
    ['one', 'two'].map((value) => ({
      headers: [{ name: 'subject', value }],
      parts: [{ type: 'text/plain', text: 'hello' }],
    })),
  )
  await reader.close()
})

test('one that takes too long ends its thread, and the next one is read', async () => {
  const slow = openMailReader({ longestMs: 300, filename: new URL('./slow-worker.ts', import.meta.url).href })
  await expect(slow.read(Buffer.from('x'))).rejects.toMatchObject({ code: 'report.too-long-to-read' })
  await expect(slow.read(Buffer.from('x'))).rejects.toMatchObject({ code: 'report.too-long-to-read' })
  await slow.close()
})

test('one that takes too much memory ends its thread, and not this process', async () => {
  const greedy = openMailReader({ filename: new URL('./greedy-worker.ts', import.meta.url).href })
  await expect(greedy.read(Buffer.from('x'))).rejects.toMatchObject({ code: 'report.unreadable' })
  await greedy.close()
}, 30_000)

test('what is being read when it is closed is no fault of the mail', async () => {
  const slow = openMailReader({ filename: new URL('./slow-worker.ts', import.meta.url).href })
  const read = slow.read(Buffer.from('x'))
  await Promise.all([expect(read).rejects.not.toBeInstanceOf(Fault), slow.close()])
})

test('mails that are made to be too much take less than 256 MB', async () => {
  const file = fileURLToPath(new URL('./read-bombs.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    file,
  ])
  expect(Number(stdout)).toBeLessThan(256)
}, 60_000)
