import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { TemplateEngine } from '../../i18n/template-engine.ts'
import { words } from '../../i18n/words.ts'
import { asciiHtml, escapeToAscii, foldLongLines } from './ascii-html.ts'
import type { Accents } from './render-mjml.ts'
import { subjectText, truncateAtWord } from './text.ts'

const FOLDER = resolve(import.meta.dirname, '../../../templates/emails')
const MAX_SUBJECT_LENGTH = 78
const MAX_PREHEADER_LENGTH = 90

/** A compiled template of templates/emails. Its tags read the view as `it`. */
export interface Template {
  /** For a template without other parts. */
  render(view: object): Required<RenderedEmail>
  /** Without the HTML part. */
  renderText(view: object): RenderedEmail
  /** What a list of emails shows of it: templates use these besides the view. */
  inboxLineOf(view: object): { subject: string; preheader: string }
  part(name: PartName, view: object): EmailPart
}

/**
 * The parts of a template with papers: all before them, the heading of `it.section`, one `it.paper` of it, what follows
 * its papers, and all after the sections. The comment `<!-- part: paper -->` begins a part.
 */
type PartName = 'opening' | 'heading' | 'paper' | 'end' | 'closing'

/** ASCII with CRLF, as it is sent, and plain text with LF. */
export type EmailPart = Record<'html' | 'text', string>

type Fill = (view: object) => string

// Keeps blanks and lines of a template, except after -%>.
const html = new TemplateEngine({ autoTrim: false, escapeFunction: escapeToAscii })
const plain = new TemplateEngine({ autoTrim: false, autoEscape: false })

/** Reads and compiles a template; `bodyHtml`: its HTML from MJML. Values are filled in later, never by MJML. */
export async function openTemplate(name: MailKind, bodyHtml: string): Promise<Template> {
  const read = (file: string) => readFile(join(FOLDER, name, file), 'utf8')
  const meta = JSON.parse(await read('meta.json')) as { subject: string; preheader: string }
  const subject = compileFill(plain, meta.subject)
  const preheader = compileFill(plain, meta.preheader)
  const htmlParts = partsOf(html, asciiHtml(bodyHtml))
  const textParts = partsOf(plain, withIncludes(await read('body.txt')))
  const inboxLineOf = (view: object) => ({
    subject: subjectText(subject(view), MAX_SUBJECT_LENGTH),
    preheader: truncateAtWord(preheader(view), MAX_PREHEADER_LENGTH),
  })
  const part = (name: PartName, view: object): EmailPart => ({
    html: foldLongLines(htmlParts[name](view)).replaceAll('\n', '\r\n'),
    text: textParts[name](view),
  })
  return {
    render(view) {
      const inboxLine = inboxLineOf(view)
      return { subject: inboxLine.subject, ...part('opening', { ...view, ...inboxLine }) }
    },
    renderText: (view) => ({ subject: inboxLineOf(view).subject, text: textParts.opening(view) }),
    inboxLineOf,
    part,
  }
}

/** Shared text parts: include('@foot', it). MJML has its own includes. */
const withIncludes = (source: string): string =>
  source.replace(/<%~ include\('@([a-z-]+)', it\) -%>\n/g, (_, name) =>
    withIncludes(readFileSync(join(FOLDER, 'parts', `${name}.txt`), 'utf8')),
  )

function partsOf(eta: TemplateEngine, source: string): Record<PartName, Fill> {
  const [opening, ...others] = source.split(/<!-- part: (\w+) -->\n?/)
  const parts = [['opening', compileFill(eta, opening!)]]
  for (let i = 0; i < others.length; i += 2) parts.push([others[i]!, compileFill(eta, others[i + 1]!)])
  return Object.fromEntries(parts)
}

function compileFill(eta: TemplateEngine, source: string): Fill {
  const compiled = eta.compile(source)
  return (view) => eta.render(compiled, view)
}
/** The kind of an email's message, the name in its headers, and its folder in templates/emails. */
export const MAIL_KINDS = [
  'digest',
  'confirmation',
  'add-topics',
  'goodbye',
  'note',
  'welcome',
  'manage-link',
  'account-link',
  'new-address',
  'moved',
] as const
export type MailKind = (typeof MAIL_KINDS)[number]

/** Kinds of emails to the operator, which are not stored as messages. */
export type OperatorMailKind = 'test' | 'alert'

export interface RenderedEmail {
  subject: string
  /** ASCII with CRLF, as it is sent. Absent for a subscriber who wants plain text. */
  html?: string
  text: string
}

export interface SiteIdentity {
  name: string
  baseUrl: string
  postalAddress: string
  privacyUrl?: string
  footer?: string
  color?: Accents
}

const MAX_IN_SUBJECT_LENGTH = 40

/** The name of the site in subjects. */
export const nameInSubject = ({ name }: Pick<SiteIdentity, 'name'>): string =>
  subjectText(name, MAX_IN_SUBJECT_LENGTH) || words.emails.parts.unnamedSite
