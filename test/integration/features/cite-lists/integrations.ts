import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { get } from '../../../support/site.ts'
import { readCoins } from '../../../unit/features/cite-lists/read-coins.ts'
import {
  type Checks,
  EXAMPLE,
  type RecipeWorld,
  TITLE,
  titlesOf,
  withProgram,
} from '../../docs/recipe-world.ts'
import { PAGE } from '../../docs/recipes.ts'

export function integrations(world: RecipeWorld): Checks {
  const { site, bash, atTest, contentOf, citationsIn } = world
  return {
    'Zotero: the button': [
      async (block) => {
        const { body } = await get(site, block.trim().replace(EXAMPLE, ''))
        expect(titlesOf(readCoins(body))).toContain(TITLE)
      },
    ],
    'Zotero, JabRef, Mendeley, EndNote: a file': [
      async (block) => {
        await bash(atTest(block))
        expect(titlesOf(citationsIn('week.ris', '@ris/file'))).toContain(TITLE)
        expect(titlesOf(citationsIn('attention.bib', '@bibtex/text'))).toContain(TITLE)
      },
    ],
    Pandoc: [
      async (block) => {
        await bash(atTest(block))
        expect(titlesOf(JSON.parse(contentOf('papers.json')))).toContain(TITLE)
      },
      withProgram('pandoc', async (block) => {
        const items = (await get(site, '/papers/week/2026-W48.csl.json')).json() as {
          id: string
          title: string
        }[]
        const { id } = items.find(({ title }) => title === TITLE)!
        expect(PAGE).toContain(`[@${id}]`)
        writeFileSync(join(world.folder, 'papers.json'), JSON.stringify(items))
        writeFileSync(join(world.folder, 'notes.md'), `As shown [@${id}].\n`)
        await bash(block)
        expect(contentOf('notes.html').replace(/\s+/g, ' ').toLowerCase()).toContain(TITLE.toLowerCase())
      }),
    ],
  }
}
