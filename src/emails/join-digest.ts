import { memoize } from '../core/memoize.ts'
import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import {
  type EncodedText,
  type FilledText,
  openTextEncoder,
  type PlaceValues,
  placeholdersFor,
  type TextEncoder,
} from '../mail/rendering/encoded-text.ts'
import { SECTIONS_LINE, type SiteIdentity, type Template } from '../mail/rendering/template.ts'
import type { JoinedEmail } from '../mail/smtp/join-mime.ts'
import { asHeading } from '../queries/language/topic-name.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { siteLinks, topicPage } from '../subscribers/links.ts'
import { type DigestEmail, frameOf, type ReaderLinks } from './digest-email.ts'
import {
  headingOf,
  newestDay,
  nonEmptySections,
  type PaperDetail,
  type PaperView,
  paperView,
} from './sections-view.ts'

interface JoinerInput {
  site: SiteIdentity
  /** Values for all templates. */
  inEach: object
  template: Template
}

/** A part of an email in both forms. */
type Part = Record<'html' | 'text', EncodedText>

interface PaperPart extends Part, Pick<PaperView, 'snippetText' | 'isSummary'> {}

/** How a paper is shown besides its own content. */
interface PaperContext {
  detail: PaperDetail
  dated: boolean
  /** The length of the path to its topic; 0 without one. */
  topicLength: number
  /** The URL up to that path. */
  manageBase: string
}

/** Number of papers whose parts are kept, about 10 kB each, and of sections. */
const MAX_KEPT = 5000

/**
 * Joins digests from parts that are rendered and encoded once: those of a paper for each ShownPaper object, detail and
 * length of the reader's links. The result is that of `emails.digest`, encoded.
 */
export function openDigestJoiner({ site, inEach, template }: JoinerInput) {
  const links = siteLinks(site.baseUrl)
  const parts = template.parts()
  const blocks = new Map([...parts.html.blocks, ...parts.text.blocks])
  const encoderFor = memoize((lengths: string) => {
    const placeholders = placeholdersFor(JSON.parse(lengths))
    return { placeholders, encoder: openTextEncoder(placeholders, blocks) }
  })
  const topicEncoder = memoize((length: number) =>
    encoderFor(JSON.stringify(length > 0 ? { topic: length } : {})),
  )
  const encode = (encoder: TextEncoder, name: 'heading' | 'paper' | 'end', values: object): Part => {
    const it = { ...inEach, ...values }
    return { html: encoder.whole(parts.html[name](it)), text: encoder.whole(parts.text[name](it)) }
  }

  const paperParts = memoize((_paper: ShownPaper) => new Map<string, PaperPart>(), MAX_KEPT)
  const renderPaper = (paper: ShownPaper, context: PaperContext): PaperPart => {
    const { detail, dated, topicLength, manageBase } = context
    const { placeholders, encoder } = topicEncoder(topicLength)
    const view = paperView(paper, links, detail, dated)
    const own = detail.body && placeholders.topic && `${manageBase}${placeholders.topic}?paper=${paper.id}`
    const { snippetText, isSummary } = view
    return { ...encode(encoder, 'paper', { paper: { ...view, own } }), snippetText, isSummary }
  }
  const paperPart = (paper: ShownPaper, context: PaperContext): PaperPart => {
    const { detail, dated, topicLength } = context
    const key = `${detail.title} ${detail.reason} ${detail.body?.snippet} ${dated} ${topicLength}`
    const known = paperParts(paper)
    const part = known.get(key) ?? renderPaper(paper, context)
    known.set(key, part)
    return part
  }

  const sectionParts = memoize((key: string) => {
    const [heading, count, paperId, topicLength, manageBase] = JSON.parse(key)
    const { placeholders, encoder } = topicEncoder(topicLength)
    const edit = placeholders.topic && `${manageBase}${placeholders.topic}?paper=${paperId}`
    const section = { heading, edit, papers: { length: count } }
    return { heading: encode(encoder, 'heading', { section }), end: encode(encoder, 'end', { section }) }
  }, MAX_KEPT)

  /** The sections, and their papers for the sentences of the frame. */
  const joinSections = (content: DigestContent, reader: Reader, detail: PaperDetail) => {
    const joined = { html: [] as FilledText[], text: [] as FilledText[], papers: [] as PaperPart[] }
    const shown = nonEmptySections(content.sections)
    const newest = newestDay(shown)
    const { manageBase } = reader
    for (const section of shown) {
      const topic = section.topicId ? topicPage(reader.manage, section.topicId) : ''
      const add = ({ html, text }: Part) => {
        joined.html.push({ text: html, values: { topic } })
        joined.text.push({ text, values: { topic } })
      }
      const { heading, end } = sectionParts(keyOf(section, topic, manageBase))
      add(heading)
      for (const paper of section.papers) {
        const dated = paper.day !== newest
        const part = paperPart(paper, { detail, dated, topicLength: topic.length, manageBase })
        joined.papers.push(part)
        add(part)
      }
      add(end)
    }
    return joined
  }

  return (email: DigestEmail, detail: PaperDetail): JoinedEmail => {
    const reader = readerOf(email)
    const { unsubscribe, manage, view } = reader
    const values: PlaceValues = { unsubscribe, manage, view }
    const lengths = { unsubscribe: unsubscribe.length, manage: manage.length, view: view.length }
    const { placeholders, encoder } = encoderFor(JSON.stringify(lengths))
    const sections = joinSections(email.content, reader, detail)
    const shared = { ...email, ...withTokens(email, reader, placeholders) }
    const frame = { ...inEach, ...frameOf(site, shared, sections.papers), sections: email.content.sections }
    const head = template.headOf(frame)
    const around = (form: 'html' | 'text'): FilledText[] => {
      const fill = (text: EncodedText): FilledText => ({ text, values })
      const [before, after] = parts[form].frame({ ...frame, ...head }).split(SECTIONS_LINE)
      return [...encoder.lines(before!).map(fill), ...sections[form], ...encoder.lines(after!).map(fill)]
    }
    return {
      subject: head.subject,
      ...(email.format === 'html' && { html: around('html') }),
      text: around('text'),
    }
  }
}

/** The tokens of the reader's links. */
interface Reader extends Record<'unsubscribe' | 'manage' | 'view', string> {
  manageBase: string
}

function readerOf({ unsubscribeUrl, manageUrl, viewUrl }: ReaderLinks): Reader {
  const manage = tokenOf(manageUrl)
  return {
    unsubscribe: tokenOf(unsubscribeUrl),
    manage,
    view: tokenOf(viewUrl),
    manageBase: manageUrl.slice(0, -manage.length),
  }
}

const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

/** The same links with other tokens. */
const withTokens = (
  { unsubscribeUrl, manageUrl, viewUrl }: ReaderLinks,
  reader: Reader,
  tokens: PlaceValues,
): ReaderLinks => ({
  unsubscribeUrl: unsubscribeUrl.slice(0, -reader.unsubscribe.length) + tokens.unsubscribe,
  manageUrl: manageUrl.slice(0, -reader.manage.length) + tokens.manage,
  viewUrl: viewUrl.slice(0, -reader.view.length) + tokens.view,
})

const keyOf = (section: DigestSection, topic: string, manageBase: string): string =>
  JSON.stringify([
    asHeading(headingOf(section)),
    section.papers.length,
    section.papers[0]!.id,
    topic.length,
    manageBase,
  ])
