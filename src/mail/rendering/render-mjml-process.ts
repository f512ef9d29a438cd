// Prints the HTML of the named templates, with these colors, as one JSON object: see render-mjml.ts.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import mjml2html from 'mjml'

// Ctrl-C reaches the whole process group. The parent shuts down in order and ends this process with it.
process.on('SIGINT', () => {})

const [light = '', dark = '', ...names] = process.argv.slice(2)
const FOLDER = resolve(import.meta.dirname, '../../../templates/emails')

const withAccents = (mjml: string): string =>
  mjml.replaceAll('{{accent}}', light).replaceAll('{{accent on dark}}', dark)

async function htmlOf(name: string): Promise<string> {
  const filePath = join(FOLDER, name, 'body.mjml')
  const { html } = await mjml2html(await readFile(filePath, 'utf8'), {
    filePath,
    includePath: join(FOLDER, 'parts'),
    ignoreIncludes: false,
    validationLevel: 'strict',
    keepComments: true,
    fonts: {},
    preprocessors: [withAccents],
  })
  return withShortStyles(html.replace(/\s*\n\s*/g, '\n'))
}

/** Without the blanks that inlining writes, a tenth of an email: mail clients cut long ones off. */
const withShortStyles = (html: string): string =>
  html.replace(/ style="[^"]*"/g, (style) => style.replace(/([:;]) /g, '$1').replace(/;"$/, '"'))

const rendered: Record<string, string> = {}
for (const name of names) rendered[name] = await htmlOf(name)
process.stdout.write(JSON.stringify(rendered))
