// Reads emails that are built to exhaust memory, and prints by how many MB this process grew at most: read-bombs.ts
import { openReportReader } from '../../../src/bounces/report-reader.ts'

const MEGABYTE = 1024 * 1024
const filled = (head: string, bytes: number, of: string): Buffer =>
  Buffer.concat([Buffer.from(head), Buffer.alloc(bytes, of)])
const BOMBS: (() => Buffer)[] = [
  () => filled('Content-Type: multipart/mixed; boundary=b\n\n', 700_000, '--b\n\nx\n'),
  () =>
    Buffer.concat(
      Array.from({ length: 10_000 }, (_, i) =>
        filled(`Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}`, 1, '\n'),
      ),
    ),
  () => filled('X-A: y\n', 700_000, 'X-A: y\n'),
  () => filled('X-A: ', 10 * MEGABYTE, 'y'),
  () => filled('Subject: x\n\n', 10 * MEGABYTE, 'y'),
  () => filled('Content-Type: text/html\n\n', 10 * MEGABYTE, '<b>'),
  () => filled('Content-Transfer-Encoding: base64\n\n', 20 * MEGABYTE, `${'QUFB'.repeat(19)}\n`),
]

const reader = openReportReader()
await reader.read(Buffer.from('Subject: x\n\ny'))
const before = process.resourceUsage().maxRSS
for (let round = 0; round < 3; round++) for (const bomb of BOMBS) await reader.read(bomb())
console.log(Math.round((process.resourceUsage().maxRSS - before) / 1024))
await reader.close()
