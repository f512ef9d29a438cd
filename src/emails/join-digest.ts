import { LruCache } from '../core/lru-cache.ts'
import { memoize, memoizeByObject } from '../core/memoize.ts'
import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import {
  type EncodedText,
  type FilledText,
  openTextEncoder,
  type PlaceValues,
  placeholdersFor,
  type TextEncoder,
} from '../mail/rendering/encoded-text.ts'
import type { SiteIdentity, Template } from '../mail/rendering/template.ts'
import type { JoinedEmail } from '../mail/smtp/join-mime.ts'
import { type ShownPaper, withoutTopicId } from '../queries/reasons/shown-paper.ts'
import { closePapersLink, siteLinks, topicPage } from '../subscribers/links.ts'
import { closingOf, type DigestEmail, openingOf, type ReaderLinks } from './digest-email.ts'
import {
  editUrl,
  headOf,
  newestDay,
  nonEmptySections,
  ownLinks,
  type PaperDetail,
  paperView,
  type Summarized,
  topicIdOf,
} from './sections-view.ts'

interface JoinerInput {
  site: SiteIdentity
  /** Values for all templates. */
  inEach: object
  template: Template
}

/** A part of an email in both forms. */
type Part = Record<'html' | 'text', EncodedText>

interface PaperPart extends Part, Summarized {}

/** What precedes the sections. */
interface Opening extends Record<'html' | 'text', EncodedText[]> {
  subject: string
}

/** How a paper is shown besides its own content. */
interface PaperContext {
  detail: PaperDetail
  dated: boolean
  /** The length of the path to its topic; 0 without one. */
  topicLength: number
  /** The URL up to that path. */
  manageBase: string
}

/** Number of headings, and of what surrounds the sections, that are kept: up to 10 kB each. */
const MAX_KEPT = 1000

/**
 * Joins digests from parts that are rendered and encoded once: those of a paper for each ShownPaper object, detail and
 * length of the reader's links. The result is that of `emails.digest`, encoded.
 */
export function openDigestJoiner({ site, inEach, template }: JoinerInput) {
  const links = siteLinks(site.baseUrl)
  const parts = template.parts()
  const encoderFor = memoize((lengths: string) => {
    const placeholders = placeholdersFor(JSON.parse(lengths))
    return { placeholders, encoder: openTextEncoder(placeholders) }
  })
  const topicEncoder = memoize((length: number) =>
    encoderFor(JSON.stringify(length > 0 ? { topic: length } : {})),
  )
  const encode = (
    encoder: TextEncoder,
    name: Exclude<keyof typeof parts.html, 'opening'>,
    values: object,
  ): Part => {
    const it = { ...inEach, ...values }
    return { html: encoder.lines(parts.html[name](it)), text: encoder.lines(parts.text[name](it)) }
  }

  const { encoder: constants } = encoderFor('{}')
  const encodedConstant = memoize((text: string) => constants.lines(text))
  const encodeOpening = (encoder: TextEncoder, form: 'html' | 'text', it: object): EncodedText[] =>
    parts[form].opening.map((part) =>
      typeof part === 'string' ? encodedConstant(part) : encoder.lines(part(it)),
    )

  // A paper that several digests show stays in memory for a while; those of one digest go with it.
  const paperParts = memoizeByObject((_paper: ShownPaper) => new Map<string, PaperPart>())
  const renderPaper = (paper: ShownPaper, context: PaperContext): PaperPart => {
    const { detail, dated, topicLength, manageBase } = context
    const { placeholders, encoder } = topicEncoder(topicLength)
    const view = paperView(paper, links, detail, dated)
    const url = detail.body && placeholders.topic && `${manageBase}${placeholders.topic}?paper=${paper.id}`
    const { snippetText, isSummary } = view
    return {
      ...encode(encoder, 'paper', { paper: { ...view, ...ownLinks(paper, url) } }),
      snippetText,
      isSummary,
    }
  }
  const paperPart = (paper: ShownPaper, context: PaperContext): PaperPart => {
    const { detail, dated, topicLength } = context
    const key = `${detail.title} ${detail.reason} ${detail.body?.snippet} ${dated} ${topicLength}`
    // The links to its topic are filled in later.
    const known = paperParts(withoutTopicId(paper))
    const part = known.get(key) ?? renderPaper(paper, context)
    known.set(key, part)
    return part
  }

  const sectionParts = memoize((key: string) => {
    const [head, count, paperId, topicLength, manageBase] = JSON.parse(key)
    const { placeholders, encoder } = topicEncoder(topicLength)
    const page = placeholders.topic && `${manageBase}${placeholders.topic}`
    const edit = page && (head.close ? closePapersLink(page) : editUrl(`${page}?paper=${paperId}`))
    const section = { ...head, edit, papers: { length: count } }
    return { heading: encode(encoder, 'heading', { section }), end: encode(encoder, 'end', { section }) }
  }, MAX_KEPT)

  /** The sections, and their papers for the sentences of the frame. */
  const joinSections = (content: DigestContent, reader: Reader, detail: PaperDetail) => {
    const joined = { html: [] as FilledText[], text: [] as FilledText[], papers: [] as PaperPart[] }
    const shown = nonEmptySections(content.sections)
    const newest = newestDay(shown)
    const { manageBase } = reader
    const { manage } = reader.values
    for (const section of shown) {
      const pathTo = (topicId: number | null) => (topicId ? topicPage(manage, topicId) : '')
      const add = ({ html, text }: Part, topic: string) => {
        joined.html.push({ text: html, values: { topic } })
        joined.text.push({ text, values: { topic } })
      }
      // The link of papers that come close leads to the settings.
      const topic = section.close ? manage : pathTo(section.topicId)
      const { heading, end } = sectionParts(keyOf(section, shown, topic, manageBase))
      add(heading, topic)
      for (const paper of section.papers) {
        const own = pathTo(topicIdOf(paper, section))
        const dated = paper.day !== newest
        const part = paperPart(paper, { detail, dated, topicLength: own.length, manageBase })
        joined.papers.push(part)
        add(part, own)
      }
      add(end, topic)
    }
    return joined
  }

  const openings = new LruCache<string, Opening>(MAX_KEPT)
  const closings = new LruCache<string, Part>(MAX_KEPT)
  const joinAround = (email: DigestEmail, reader: Reader, papers: readonly PaperPart[]) => {
    const { lengths } = reader
    const { placeholders, encoder } = encoderFor(lengths)
    const links = withTokens(email, reader, placeholders)
    const makeOpening = (): Opening => {
      const view = { ...links, ...openingOf(email.content) }
      const { subject, preheader } = template.inboxLineOf({ ...inEach, ...view })
      const it = { ...inEach, ...view, subject, preheader }
      return { html: encodeOpening(encoder, 'html', it), text: encodeOpening(encoder, 'text', it), subject }
    }
    const closing = closingOf(site, { ...email, ...links }, papers)
    const makeClosing = () =>
      encode(encoder, 'closing', { ...links, ...closing, sections: email.content.sections })
    const openingKey = `${lengths} ${contentKey(email.content)}`
    const closingKey = lengths + JSON.stringify([closing, email.content.sections.length > 0])
    return {
      opening: openings.get(openingKey) ?? openings.set(openingKey, makeOpening()),
      closing: closings.get(closingKey) ?? closings.set(closingKey, makeClosing()),
    }
  }

  return (email: DigestEmail, detail: PaperDetail): JoinedEmail => {
    const reader = readerOf(email)
    const sections = joinSections(email.content, reader, detail)
    const { opening, closing } = joinAround(email, reader, sections.papers)
    const around = (form: 'html' | 'text'): FilledText[] => [
      ...opening[form].map((text) => ({ text, values: reader.values })),
      ...sections[form],
      { text: closing[form], values: reader.values },
    ]
    return {
      subject: opening.subject,
      ...(email.format === 'html' && { html: around('html') }),
      text: around('text'),
    }
  }
}

let papersSeen = 0
const numberOf = memoizeByObject((_paper: ShownPaper) => ++papersSeen)

/** The same for contents that differ in the ids of topics only. */
const contentKey = ({ localDate, bestOf, week, more, beyond, sections }: DigestContent): string =>
  JSON.stringify([
    ...[localDate, bestOf, week, more, beyond.length > 0],
    ...sections.map(({ topic, rising, close, papers }) => [
      ...[topic, rising, close],
      ...papers.map((paper) => numberOf(withoutTopicId(paper))),
    ]),
  ])

/** The tokens of the reader's links. */
interface Reader {
  values: Record<'unsubscribe' | 'manage' | 'view', string>
  /** As JSON. */
  lengths: string
  manageBase: string
}

function readerOf({ unsubscribeUrl, manageUrl, viewUrl }: ReaderLinks): Reader {
  const [unsubscribe, manage, view] = [tokenOf(unsubscribeUrl), tokenOf(manageUrl), tokenOf(viewUrl)]
  return {
    values: { unsubscribe, manage, view },
    lengths: JSON.stringify({ unsubscribe: unsubscribe.length, manage: manage.length, view: view.length }),
    manageBase: manageUrl.slice(0, -manage.length),
  }
}

const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

/** The same links with other tokens. */
const withTokens = (
  { unsubscribeUrl, manageUrl, viewUrl }: ReaderLinks,
  { values: { unsubscribe, manage, view } }: Reader,
  tokens: PlaceValues,
): ReaderLinks => ({
  unsubscribeUrl: unsubscribeUrl.slice(0, -unsubscribe.length) + tokens.unsubscribe,
  manageUrl: manageUrl.slice(0, -manage.length) + tokens.manage,
  viewUrl: viewUrl.slice(0, -view.length) + tokens.view,
})

const keyOf = (
  section: DigestSection,
  shown: readonly DigestSection[],
  topic: string,
  manageBase: string,
): string =>
  JSON.stringify([
    headOf(section, shown),
    section.papers.length,
    section.papers[0]!.id,
    topic.length,
    manageBase,
  ])
