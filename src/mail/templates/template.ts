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

/** A template of templates/emails, ready to be filled. `View` is what its tags read as `it`. */
export interface Template<View extends object> {
  render(view: View): Required<RenderedEmail>
  /** Without the HTML part. */
  renderText(view: View): RenderedEmail
}

type Fill = (view: object) => string

// Blanks and lines of a template stand as they are, except after -%>.
const html = new TemplateEngine({ autoTrim: false })
const plain = new TemplateEngine({ autoTrim: false, autoEscape: false })
// What text parts share: include('@foot', it). MJML brings its own includes.
for (const file of readdirSync(PARTS).filter((name) => name.endsWith('.txt'))) {
  plain.loadTemplate(`@${file.slice(0, -'.txt'.length)}`, readFileSync(join(PARTS, file), 'utf8'))
}

/** Reads a template and compiles it; `laidOut`: its HTML. What is filled in later never passes through MJML. */
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
