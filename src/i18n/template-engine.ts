import { Eta } from 'eta'
import { counted, fill, fillHtml, listed, words } from './words.ts'

const inTemplates = { words, fill, fillHtml, counted, listed }

/** Eta, with the globals `words`, `fill`, `fillHtml`, `counted` and `listed` in all templates and their parts. */
export class TemplateEngine extends Eta {
  readonly inTemplates = inTemplates

  constructor(options: ConstructorParameters<typeof Eta>[0]) {
    super({
      ...options,
      functionHeader: `const { ${Object.keys(inTemplates).join(', ')} } = this.inTemplates`,
    })
  }
}
