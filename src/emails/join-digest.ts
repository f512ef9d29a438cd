import { randomBytes } from 'node:crypto'
import { memoizeByObject } from '../core/memoize.ts'
import type { DigestContent, DigestSection } from '../digests/digest-content.ts'
import { escapeToAscii } from '../mail/rendering/ascii-html.ts'
import type { EmailPart, RenderedEmail, SiteIdentity, Template } from '../mail/rendering/template.ts'
import { additionKey, type ShownPaper, sharedPaper } from '../queries/reasons/shown-paper.ts'
import { siteLinks, topicPage } from '../subscribers/page-links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import type { ReaderLinks } from './digest-email.ts'
import {
  editLink,
  headOf,
  newestDay,
  nonEmptySections,
  type PaperDetail,
  paperAnchor,
  paperView,
  type Summarized,
  topicIdOf,
  WHOLE,
} from './sections-view.ts'

/** An email with papers in sections; without `content` it has none. */
interface EmailWithPapers extends ReaderLinks {
  content: DigestContent | null
  format: MailFormat
  detail: MailDetail
}

interface JoinerInput<Email> {
  site: SiteIdentity
  /** Values for all templates. */
  inEach: object
  template: Template
  /** The values for what surrounds the papers. */
  viewOf: (site: SiteIdentity, email: Email, papers: readonly Summarized[]) => object
}

/** Returns the function that renders emails of one template from parts; a paper's part is rendered once for all of them. */
export function openDigestJoiner<Email extends EmailWithPapers>(input: JoinerInput<Email>) {
  const { site, inEach, template, viewOf } = input
  const paperPart = openPaperParts(input)

  const sectionParts = (section: DigestSection, shown: DigestSection[], look: Look) => {
    const { papers } = section
    const papersShown = papers.map((paper) => {
      const topicId = topicIdOf(paper, section)
      return { part: paperPart(paper, { ...look, hasTopic: topicId !== null }), topicId }
    })
    const edit = editLink(section, look.manageUrl)
    const it = {
      ...inEach,
      section: { ...headOf(section, shown, look.detail.plain ? BARE_HEADING : undefined), edit, papers },
    }
    return {
      papers: papersShown.map(({ part }) => part),
      parts: [
        template.part('heading', it),
        ...papersShown.map(({ part, topicId }) =>
          filled(part, { topicUrl: topicId ? topicPage(look.manageUrl, topicId) : '', ...look }),
        ),
        template.part('end', it),
      ],
    }
  }

  const render = (email: Email, detail: PaperDetail): Required<RenderedEmail> => {
    const shown = nonEmptySections(email.content?.sections ?? [])
    const { manageUrl, ownViewUrl } = email
    const look = { detail, newest: newestDay(shown), manageUrl, ownViewUrl }
    const sections = shown.map((section) => sectionParts(section, shown, look))
    const papers = sections.flatMap((section) => section.papers)
    const view = { ...inEach, ...viewOf(site, email, papers), hasPapers: papers.length > 0 }
    const inboxLine = template.inboxLineOf(view)
    const it = { ...view, ...inboxLine }
    const parts = [
      template.part('opening', it),
      ...sections.flatMap((section) => section.parts),
      template.part('closing', it),
    ]
    return { subject: inboxLine.subject, ...concatenated(parts) }
  }

  return (email: Email): RenderedEmail => {
    const { format, detail } = email
    const details = detail === 'titles' ? [TITLES] : SHORTER
    if (format === 'text') {
      const { subject, text } = render(email, details[0]!)
      return { subject, text }
    }
    const fitting = details.values().map((one) => render(email, one))
    return fitting.find(({ html }) => html.length < HTML_BUDGET) ?? render(email, BARE)
  }
}

const concatenated = (parts: readonly EmailPart[]): EmailPart =>
  parts.reduce((all, part) => ({ html: all.html + part.html, text: all.text + part.text }))

/** How the papers of an email are shown. */
interface Look {
  detail: PaperDetail
  /** Papers of other days show their day. */
  newest: string | undefined
  manageUrl: string
  ownViewUrl: string
}

/** Cut where the page of the reader's topic belongs (HTML), or the reader's page of the digest (text). */
interface PaperPart extends Summarized {
  html: string[]
  text: string[]
}

/** Stand for the pages of the reader while a part is rendered: no text of a paper can contain them. */
const [TOPIC_PAGE, OWN_VIEW] = [randomBytes(18).toString('hex'), randomBytes(18).toString('hex')]

function openPaperParts<Email>({ site, inEach, template }: JoinerInput<Email>) {
  const links = siteLinks(site.baseUrl)
  const render = (paper: ShownPaper, { detail, dated, hasTopic }: PaperLook): PaperPart => {
    const { closeTo, id } = paper
    const view = paperView(paper, links, detail, dated)
    const url = hasTopic && detail.body ? `${TOPIC_PAGE}?paper=${id}` : undefined
    const own = closeTo ? { step: url } : { own: url }
    const place = hasTopic ? `${OWN_VIEW}#${paperAnchor(paper)}` : view.url
    const { html, text } = template.part('paper', { ...inEach, paper: { ...view, ...own, place } })
    const { snippetText, isSummary } = view
    return { html: html.split(TOPIC_PAGE), text: text.split(OWN_VIEW), snippetText, isSummary }
  }
  // A paper that several digests show stays in memory for a while; those of one digest go with it.
  const partsOf = memoizeByObject((_paper: ShownPaper) => new Map<string, PaperPart>())
  return (paper: ShownPaper, { detail, newest, hasTopic }: Look & { hasTopic: boolean }): PaperPart => {
    const dated = paper.day !== newest
    const key = `${detail.title} ${detail.reason} ${detail.body?.snippet} ${dated} ${hasTopic} ${additionKey(paper)}`
    const known = partsOf(sharedPaper(paper))
    const part = known.get(key) ?? render(paper, { detail, dated, hasTopic })
    known.set(key, part)
    return part
  }
}

interface PaperLook {
  detail: PaperDetail
  dated: boolean
  hasTopic: boolean
}

// Concatenated, so that the emails that wait share the strings of the parts.
function filled(
  { html, text }: PaperPart,
  { topicUrl, ownViewUrl }: { topicUrl: string; ownViewUrl: string },
): EmailPart {
  const escapedUrl = escapeToAscii(topicUrl)
  return {
    html: html.reduce((all, piece) => all + escapedUrl + piece),
    text: text.reduce((all, piece) => all + ownViewUrl + piece),
  }
}

/** Mail clients cut an HTML part off at 102 kB, and the footer with it. In bytes as sent. */
export const HTML_BUDGET = 95_000

const SHORTER: PaperDetail[] = [
  WHOLE,
  { title: 400, reason: 240, body: { snippet: 300 } },
  { title: 80, reason: 120, body: { snippet: 120 } },
]
const TITLES: PaperDetail = { title: 400, reason: 90 }
// Stays within the budget whatever 25 papers contain.
const BARE: PaperDetail = { title: 160, plain: true, reason: 0 }
const BARE_HEADING = 40
