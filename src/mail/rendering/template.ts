import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { TemplateEngine } from '../../i18n/template-engine.ts'
import { words } from '../../i18n/words.ts'
import { asciiLine, truncateAtWord } from './text.ts'

const FOLDER = resolve(import.meta.dirname, '../../../templates/emails')
const PARTS = join(FOLDER, 'parts')
const MAX_SUBJECT_LENGTH = 78
const MAX_PREHEADER_LENGTH = 90

/** A compiled template of templates/emails. Its tags read the view as `it`. */
export interface Template {
  render(view: object): Required<RenderedEmail>
  /** Without the HTML part. */
  renderText(view: object): RenderedEmail
  /** What a list of emails shows of it: templates use these besides the view. */
  inboxLineOf(view: object): { subject: string; preheader: string }
  /** The parts of a template with papers in sections. */
  parts(): { html: TemplateParts; text: TemplateParts }
}

/** A template with papers in sections, cut at the comments in parts/sections.*; each part is made of whole lines. */
interface TemplateParts {
  /**
   * All before the sections: texts that are the same in every email, and what is between them. Each is compiled by itself,
   * so a tag cannot use a variable of another one, or trim the text before it.
   */
  opening: (string | Fill)[]
  /** The heading of `it.section`. */
  heading: Fill
  /** One `it.paper` of it. */
  paper: Fill
  /** What follows the papers of `it.section`. */
  end: Fill
  /** All after the sections. */
  closing: Fill
}

type Fill = (view: object) => string

// Keeps blanks and lines of a template, except after -%>.
const html = new TemplateEngine({ autoTrim: false })
const plain = new TemplateEngine({ autoTrim: false, autoEscape: false })
// Shared text parts: include('@foot', it). MJML has its own includes.
for (const file of readdirSync(PARTS).filter((name) => name.endsWith('.txt'))) {
  plain.loadTemplate(`@${file.slice(0, -'.txt'.length)}`, readFileSync(join(PARTS, file), 'utf8'))
}

/** Reads and compiles a template; `bodyHtml`: its HTML from MJML. Values are filled in later, never by MJML. */
export async function openTemplate(name: MailKind, bodyHtml: string): Promise<Template> {
  const read = (file: string) => readFile(join(FOLDER, name, file), 'utf8')
  const meta = JSON.parse(await read('meta.json')) as { subject: string; preheader: string }
  const subject = compileFill(plain, meta.subject)
  const preheader = compileFill(plain, meta.preheader)
  const body = compileFill(html, bodyHtml)
  const bodyText = await read('body.txt')
  const text = compileFill(plain, bodyText)
  const inboxLineOf = (view: object) => ({
    subject: subjectOf(view),
    preheader: truncateAtWord(preheader(view), MAX_PREHEADER_LENGTH),
  })
  const subjectOf = (view: object) => asciiLine(subject(view), MAX_SUBJECT_LENGTH)
  return {
    render(view) {
      const inboxLine = inboxLineOf(view)
      return { subject: inboxLine.subject, html: body({ ...view, ...inboxLine }), text: text(view) }
    },
    renderText: (view) => ({ subject: subjectOf(view), text: text(view) }),
    inboxLineOf,
    parts: () => ({
      html: cutSections(html, bodyHtml),
      text: cutSections(plain, bodyText.replace("<%~ include('@sections', it) -%>\n", SECTIONS_TEXT)),
    }),
  }
}

const SECTIONS_TEXT = readFileSync(join(PARTS, 'sections.txt'), 'utf8')

function cutSections(eta: TemplateEngine, source: string): TemplateParts {
  const [opening, heading, paper, end, closing] = source.split(/<%\/\*[a-z ]+\*\/[^%]*?(?:-%>\n|%>)/)
  const ofSection = (part: string) => compileFill(eta, `<% const { section, paper } = it %>${part}`)
  return {
    opening: cutConstants(eta, opening!),
    heading: ofSection(heading!),
    paper: ofSection(paper!),
    end: ofSection(end!),
    closing: compileFill(eta, closing!),
  }
}

/** Five lines in a row without a tag, or more. */
const CONSTANT = /((?:^(?:(?!<%|%>).)*\n){5,})/m

function cutConstants(eta: TemplateEngine, source: string): (string | Fill)[] {
  const parts: (string | Fill)[] = []
  let filled = ''
  for (const [i, part] of source.split(CONSTANT).entries()) {
    if (i % 2 === 0 || isWithinTags(filled)) filled += part
    else {
      parts.push(compileFill(eta, filled), part)
      filled = ''
    }
  }
  return [...parts, compileFill(eta, filled)]
}

/** Whether a tag or the block of one is still open at the end. */
function isWithinTags(source: string): boolean {
  const tags = (source.match(/<%[\s\S]*?(%>|$)/g) ?? []).join('')
  return (
    tags.split('{').length !== tags.split('}').length || tags.split('<%').length !== tags.split('%>').length
  )
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
  /** Absent for a subscriber who wants plain text. */
  html?: string
  text: string
}

export interface SiteIdentity {
  name: string
  baseUrl: string
  postalAddress: string
  privacyUrl?: string
  footer?: string
  /** Instead of the accents of templates/emails/parts/head.mjml. */
  color?: { light: string; dark: string }
}

const MAX_IN_SUBJECT_LENGTH = 40

/** The name of the site in subjects: in ASCII, with a fallback for names that ASCII cannot write. */
export const nameInSubject = ({ name }: Pick<SiteIdentity, 'name'>): string =>
  asciiLine(name, MAX_IN_SUBJECT_LENGTH) || words.emails.parts.unnamedSite
