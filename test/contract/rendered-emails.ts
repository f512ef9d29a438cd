import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { answerFor } from '../../scripts/demo/sample-papers.ts'
import { addDays } from '../../src/core/dates.ts'
import { candidatesFrom, rankNearMisses } from '../../src/digests/candidates.ts'
import { compose } from '../../src/digests/compose.ts'
import type { DigestContent } from '../../src/digests/digest-content.ts'
import { createMatcher } from '../../src/digests/matcher.ts'
import type { NoMatchesEmail } from '../../src/emails/no-matches-email.ts'
import { openEmails } from '../../src/emails/render-emails.ts'
import type { MailKind, RenderedEmail } from '../../src/mail/rendering/template.ts'
import type { OutgoingMail } from '../../src/mail/smtp/build-mime.ts'
import { buildMime, toOutgoingMail } from '../../src/mail/smtp/build-mime.ts'
import { parseQuery } from '../../src/queries/language/parse-query.ts'
import { parseDailyPapers } from '../../src/sources/huggingface/parse-daily-papers.ts'
import { digestMessage, digestReturns, readerLinks, sender, site } from '../support/emails.ts'
import { paperOf } from '../support/recorded-papers.ts'

/** The project's own recordings: those in TEST_DATA are not on every machine. */
const RECORDINGS = resolve(import.meta.dirname, '../fixtures/huggingface/daily')

const TOPIC_LISTS = [
  ['video generation', 'robots OR robotics'],
  ['language model'],
  ['diffusion'],
  ['"reinforcement learning" OR reward'],
  ['RAG', 'agents -survey', 'benchmark votes>=10'],
  ['speech', 'attention', 'protein folding'],
  ['has:code reasoning'],
  ['title:vision', 'author:wang', 'quantum chemistry'],
  ['"mixture of experts"', 'safety'],
  ['multimodal (image OR video) -medical'],
  ['votes>=30'],
  [],
]
/** The newest first. */
const DATES = ['2026-08-20', '2026-08-18', '2026-08-15', '2025-08-01', '2024-06-11']
const FORMS = {
  full: { format: 'html', detail: 'full', maxPapers: 15, weekly: false, related: true },
  titles: { format: 'html', detail: 'titles', maxPapers: 25, weekly: false, related: false },
  text: { format: 'text', detail: 'full', maxPapers: 10, weekly: false, related: false },
  week: { format: 'html', detail: 'full', maxPapers: 3, weekly: true, related: false },
} as const
const ZONES = ['Europe/Paris', 'America/Los_Angeles']
const FORMATS = ['html', 'text'] as const
const AT = '2026-08-20T07:03:00.000Z'
const UNTIL = '2026-08-27T07:03:00.000Z'
const CONFIRMED_ON = '2024-01-08'
const LISTED: readonly MailKind[] = ['digest', 'note', 'welcome']

export interface NamedEmail {
  /** "digest video-generation 2026-08-20 week" */
  name: string
  mail: OutgoingMail
  /** As it is sent, without a DKIM signature. */
  bytes: Buffer
}

/** At least 300 emails, of every kind and in every form, always the same. */
export async function renderEmails(): Promise<NamedEmail[]> {
  const all = Object.entries(await namedEmails())
  return Promise.all(
    all.map(async ([name, email], i) => {
      const mail = outgoing(name.split(' ')[0] as MailKind, email, i % 2 === 0)
      return { name, mail, bytes: await buildMime(mail) }
    }),
  )
}

/** An email with the header fields of its kind. */
export function outgoing(kind: MailKind, email: RenderedEmail, hasReturnAddresses = false): OutgoingMail {
  const { unsubscribeUrl, token, ...message } = digestMessage
  return toOutgoingMail(
    {
      ...{ ...message, kind, token },
      ...(LISTED.includes(kind) && { unsubscribeUrl }),
      ...(hasReturnAddresses && { returnAddresses: digestReturns }),
    },
    email,
    sender,
  )
}

async function namedEmails(): Promise<Record<string, RenderedEmail>> {
  const emails = await openEmails(site)
  const all: Record<string, RenderedEmail> = {}
  for (const topics of TOPIC_LISTS) {
    const what = topics.map(nameOf).join('+') || 'best-of-the-day'
    for (const date of DATES)
      for (const form of Object.keys(FORMS) as Form[]) {
        const content = composed(topics, date, form)
        const { format, detail } = FORMS[form]
        const email = { ...readerLinks, confirmedOn: CONFIRMED_ON, format, detail }
        if (content) all[`digest ${what} ${date} ${form}`] = emails.digest({ ...email, content })
        if (date !== DATES[0]) continue
        const next = { next: '2026-08-21', hour: 8, zone: ZONES[0]! }
        all[`welcome ${what} ${form}`] = emails.welcome({
          ...{ ...email, ...next, topics, content },
          nothingMatched: !content,
          matchedToday: 0,
          mailedBefore: 0,
        })
      }
    for (const zone of ZONES) {
      const request = { topics, zone, askedAt: AT, validUntil: UNTIL }
      all[`confirmation ${what} ${zone}`] = emails.confirmation({
        ...request,
        ...{ confirmUrl: link('confirm'), hour: 8, days: ['mon', 'wed', 'fri'] },
      })
      all[`add-topics ${what} ${zone}`] = emails.addTopics({ ...request, addUrl: link('confirm') })
    }
    for (const format of FORMATS) {
      const { manageUrl, unsubscribeUrl } = readerLinks
      all[`note ${what} ${format}`] = emails.noMatches({
        ...{ manageUrl, unsubscribeUrl, format, topics, confirmedOn: CONFIRMED_ON },
        ...{ localDate: '2026-08-20', since: '2026-08-14', dates: 5, weekly: false },
        nearest: topics.slice(-1).flatMap(nearest),
        lang: 'en',
      })
    }
  }
  for (const zone of ZONES)
    for (const format of FORMATS) {
      const [asked, ended] = [
        { zone, format, at: AT },
        { zone, format, endedAt: AT, validUntil: UNTIL },
      ]
      const form = `${zone} ${format}`
      for (const kind of ['manage-link', 'account-link', 'new-address'] as const)
        all[`${kind} ${form}`] = emails.link(kind, { ...asked, url: link(kind), until: UNTIL })
      all[`manage-link ${form} asked`] = emails.link('manage-link', {
        ...{ ...asked, url: link('manage'), asked: true },
      })
      all[`moved ${form}`] = emails.moved({ ...asked, contact: 'help@papers.example.org' })
      all[`goodbye ${form}`] = emails.goodbye({ ...ended, undoUrl: link('resubscribe') })
      all[`goodbye ${form} reported`] = emails.goodbye({
        ...{ ...ended, undoUrl: link('resubscribe'), reported: true },
      })
    }
  return all
}

const nameOf = (topic: string): string => topic.match(/\w+/g)!.join('-')
const link = (page: string): string => `${site.baseUrl}/${page}/${'B'.repeat(59)}`

const recordedDays = readdirSync(RECORDINGS)
  .toSorted()
  .map((file) => ({
    day: file.slice(0, 10),
    entries: JSON.parse(readFileSync(join(RECORDINGS, file), 'utf8')),
  }))
const sampleDays = Array.from({ length: 10 }, (_, i) => addDays(DATES[0]!, i - 10)).map((day) => ({
  ...{ day, entries: answerFor(day, addDays(DATES[0]!, -1)) },
}))
const papers = [...recordedDays, ...sampleDays]
  .flatMap(({ day, entries }) => parseDailyPapers(entries).records.map((record) => ({ record, day })))
  .map(({ record, day }, i) => ({ ...paperOf(record, i + 1), firstDay: day }))
const queries = new Map(TOPIC_LISTS.flat().map((topic, i) => [i + 1, parseQuery(topic)]))
const queryIds = new Map(TOPIC_LISTS.flat().map((topic, i) => [topic, i + 1]))
const matcher = createMatcher(papers, queries)
const nearMissesOf = (queryId: number) =>
  rankNearMisses(queries.get(queryId)!, { papers, texts: matcher.texts, limit: 12 })
/** As papers that come close, those with most of the words. */
const closeTo = (queryId: number, from: string) =>
  nearMissesOf(queryId)
    .filter(({ paper }) => paper.firstDay >= from)
    .map(({ paper: { id } }, i) => ({ id, docId: matcher.docIdOf(id)!, closeness: 0.9 - i / 100 }))
const candidates = candidatesFrom(matcher, { closeTo })

type Form = keyof typeof FORMS

/** What a digest of a date would contain; null if nothing matched. */
function composed(topics: readonly string[], localDate: string, form: Form): DigestContent | null {
  const { maxPapers, weekly, related } = FORMS[form]
  const followed = topics.map((name) => ({
    id: 30 + queryIds.get(name)!,
    name,
    queryId: queryIds.get(name)!,
  }))
  const confirmedAt = new Date(`${CONFIRMED_ON}T08:00:00Z`)
  const { content } = compose(candidates, {
    recipient: {
      subscriberId: 's',
      paused: false,
      weekly,
      maxPapers,
      related,
      confirmedAt,
      topics: followed,
    },
    ...{ earlier: [], localDate, history: 0, sources: [{ source: 'huggingface', brought: 31 }] },
    maxPaperId: Math.max(...papers.filter(({ firstDay }) => firstDay < localDate).map(({ id }) => id)),
    now: new Date(`${localDate}T08:00:00Z`),
  })
  return content
}

const nearest = (topic: string): NoMatchesEmail['nearest'] =>
  nearMissesOf(queryIds.get(topic)!)
    .slice(0, 3)
    .map(({ paper: { title, arxivId }, gap }) => ({ title, path: `/papers/${arxivId}`, gap }))
