import { expect, test } from 'vitest'
import { publicDigest } from '../../../src/emails/digest-email.ts'
import { digest, section } from '../../support/mails.ts'

const textOf = (content: Parameters<typeof digest>[0]) => {
  const { heading, lead } = publicDigest(digest(content).content, 'https://papers.example.org')
  return `${heading}. ${lead}`
}

test.each<[string, Parameters<typeof digest>[0], string]>([
  ['a topic', { sections: [section('a', 2)] }, '2 new papers. Best match first.'],
  [
    'rising papers alone',
    { sections: [{ ...section(null, 3), rising: true }] },
    '3 papers now have enough votes. They are from the last two weeks.',
  ],
  [
    'the best of a day',
    { sections: [section(null)], bestOf: '2026-11-23' },
    'The best paper of the day. This is the most upvoted paper of Monday 23 November 2026.',
  ],
])('the heading and the lead of the public page of %s', (_what, content, lead) => {
  expect(textOf(content)).toBe(lead)
})
