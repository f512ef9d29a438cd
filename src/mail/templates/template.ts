import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { TemplateEngine } from '../../i18n/template-engine.ts'
import type { MailKind } from './mail-kind.ts'
import { asciiLine, truncateAtWord } from './one-line.ts'
import type { RenderedEmail } from './rendered-email.ts'

const FOLDER = resolve(import.meta.dirname, '../../../templates/emails')
const PARTS = join(FOLDER, 'parts')
const MAX_SUBJECT_LENGTH = 78
const MAX_PREHEADER_LENGTH = 90

/** A compiled template of templates/emails. Its tags read `View` as `it`. */
export interface Template<View extends object> {
  render(view: View): Required<RenderedEmail>
  /** Without the HTML part. */
  renderText(view: View): RenderedEmail
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
export async function openTemplate<View extends object>(
  name: MailKind,
  bodyHtml: string,
): Promise<Template<View>> {
  const read = (file: string) => readFile(join(FOLDER, name, file), 'utf8')
  const meta = JSON.parse(await read('meta.json')) as { subject: string; preheader: string }
  const subject = compileFill(plain, meta.subject)
  const preheader = compileFill(plain, meta.preheader)
  const body = compileFill(html, bodyHtml)
  const text = compileFill(plain, await read('body.txt'))
  const subjectOf = (view: View) => asciiLine(subject(view), MAX_SUBJECT_LENGTH)
  return {
    render(view) {
      const head = {
        subject: subjectOf(view),
        preheader: truncateAtWord(preheader(view), MAX_PREHEADER_LENGTH),
      }
      return { subject: head.subject, html: body({ ...view, ...head }), text: text(view) }
    },
    renderText: (view) => ({ subject: subjectOf(view), text: text(view) }),
  }
}

function compileFill(eta: TemplateEngine, source: string): Fill {
  const compiled = eta.compile(source)
  return (view) => eta.render(compiled, view)
}
