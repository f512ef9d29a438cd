import { expect, test } from 'vitest'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { readable, samples, site } from '../../support/mails.ts'

const emails = readable(await openEmails(site))

test('the text part', async () => {
  await expect(emails.digest(samples.digest).text).toMatchFileSnapshot('./snapshots/digest.txt')
})

test('the text part with titles only', async () => {
  const { text } = emails.digest({ ...samples.digest, detail: 'titles' })
  await expect(text).toMatchFileSnapshot('./snapshots/digest-titles.txt')
})
