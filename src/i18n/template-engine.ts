import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Eta } from 'eta'
import { counted, fill, fillHtml, listed, words } from './words.ts'

const FOLDER = resolve(import.meta.dirname, '../../templates')

/** Eta, with the globals `words`, `fill`, `fillHtml`, `counted`, `listed` and `helpers` in all templates and their parts. */
export class TemplateEngine extends Eta {
  readonly inTemplates: object

  constructor(options: ConstructorParameters<typeof Eta>[0], helpers: object = {}) {
    const inTemplates = { words, fill, fillHtml, counted, listed, ...helpers }
    super({
      ...options,
      functionHeader: `const { ${Object.keys(inTemplates).join(', ')} } = this.inTemplates`,
    })
    this.inTemplates = inTemplates
  }

  /** The name under which a template outside the folder is rendered. Its layout and parts are those of the folder. */
  nameOfFile(file: URL): string {
    // Eta looks up a name that begins so among the templates that were loaded.
    const name = `@${file.pathname}`
    if (!this.templatesSync.get(name)) this.loadTemplate(name, readFileSync(file, 'utf8'))
    return name
  }
}

/** Renders a folder of templates/. Each template is compiled once, and escapes the values that it inserts. */
export const templatesIn = (folder: string, helpers?: object): TemplateEngine =>
  new TemplateEngine({ views: resolve(FOLDER, folder), cache: true, autoTrim: ['nl', false] }, helpers)
