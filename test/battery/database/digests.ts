import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../../../src/core/database/database.ts'
import { secretId } from '../../../src/subscribers/links.ts'
import { addDigestMessages } from '../../support/messages.ts'
import { APP_SECRET } from '../bench/bulk-emails.ts'

const SAMPLE = join(import.meta.dirname, '../../../templates/emails/digest/sample.json')
const DAY_MS = 24 * 3600 * 1000

/** Adds ready digests that the service can compose: it reads their content from the database. */
export async function addDigests(db: Database, emails: number, perBatch?: number): Promise<void> {
  const { content, confirmedOn, format, detail } = JSON.parse(readFileSync(SAMPLE, 'utf8'))
  const now = new Date()
  const times = { datedAt: now, notBefore: now, deadline: new Date(now.getTime() + DAY_MS) }
  const message = {
    content: { confirmedOn, format, detail, epoch: 0 },
    secretId: secretId(APP_SECRET),
    ...times,
  }
  await addDigestMessages(db, emails, message, perBatch)
  await db.digest.updateMany({ data: { content } })
}
