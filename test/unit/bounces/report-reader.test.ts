import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openReportReader } from '../../../src/bounces/report-reader.ts'
import { Fault } from '../../../src/core/errors.ts'

test('the reader returns the bounces of emails that are read in its thread', async () => {
  const reader = openReportReader()
  const mails = ['Subject: one\n\nhello', 'Subject: two\n\nhello'].map((mail) =>
    reader.read(Buffer.from(mail)),
  )
  expect((await Promise.all(mails)).map(({ bounces: returned }) => returned.map((one) => one.class))).toEqual(
    [['not-a-report'], ['not-a-report']],
  )
  await reader.close()
})

test('the reader ends its thread for an email that takes too long, and reads the next one', async () => {
  const slow = openReportReader({
    maxMs: 300,
    filename: new URL('./slow-worker.ts', import.meta.url).href,
  })
  await expect(slow.read(Buffer.from('x'))).rejects.toMatchObject({ code: 'report.too-long-to-read' })
  await expect(slow.read(Buffer.from('x'))).rejects.toMatchObject({ code: 'report.too-long-to-read' })
  await slow.close()
})

test('the reader ends its thread for an email that takes too much memory, not the process', async () => {
  const greedy = openReportReader({
    maxMs: 100_000,
    filename: new URL('./greedy-worker.ts', import.meta.url).href,
  })
  await expect(greedy.read(Buffer.from('x'))).rejects.toMatchObject({ code: 'report.unreadable' })
  await greedy.close()
}, 120_000)

test('the reader does not report a fault of the email if it is closed meanwhile', async () => {
  const slow = openReportReader({ filename: new URL('./slow-worker.ts', import.meta.url).href })
  const read = slow.read(Buffer.from('x'))
  await Promise.all([expect(read).rejects.not.toBeInstanceOf(Fault), slow.close()])
})

test('the reader takes less than 256 MB for emails that are built to exhaust memory', async () => {
  const file = fileURLToPath(new URL('./read-bombs.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    file,
  ])
  expect(Number(stdout)).toBeLessThan(256)
}, 60_000)

test('the reader takes little time for emails that are built to take long', async () => {
  const reader = openReportReader()
  const words = [
    '[]',
    '<> ',
    'user-',
    'адрес',
    'a@b.c ',
    'recipient:',
    'mailbox-',
    '550-',
    '>',
    '@',
    ' \t',
    "'",
  ]
  const from = 'From: mailer-daemon@mx.example\n'
  for (const word of words) {
    const body = word.repeat(250_000 / word.length)
    const subject = word.trim().repeat(40) || 'x'
    for (const type of ['text/plain', 'text/html', 'message/delivery-status', 'message/feedback-report']) {
      const mail = `${from}Subject: ${subject}\nMIME-Version: 1.0\nContent-Type: ${type}\n\n${body}\n`
      expect((await reader.read(Buffer.from(mail))).bounces).not.toEqual([])
    }
  }
  await reader.close()
}, 60_000)
