import { parseAtomFeed, parseJsonFeed } from 'feedsmith'
import { expect } from 'vitest'
import { get } from '../../../support/site.ts'
import { type Checks, EXAMPLE, linesOf, type RecipeWorld } from '../../docs/recipe-world.ts'
import { makeFeeds, pressKeep, readerOf } from './kept-world.ts'

export const integrations = ({ site, bash, atTest, citationsIn }: RecipeWorld): Checks => ({
  'Your kept papers': [
    async (block) => {
      const reader = await readerOf(site)
      await pressKeep(site, reader, reader.papers[0]!)
      const { kept } = await makeFeeds(site, reader)
      await bash(atTest(block).replace('/kept/YOURS', kept!))
      expect(citationsIn('kept.bib', '@bibtex/text')).toHaveLength(1)
    },
  ],
  'Your own digests': [
    async (block) => {
      const reader = await readerOf(site)
      const { feed } = await makeFeeds(site, reader)
      const [atom, json] = linesOf(block).map((url) => url.replace(`${EXAMPLE}/feed/YOURS`, feed!))
      expect(parseAtomFeed((await get(site, atom!)).body).entries).toHaveLength(reader.papers.length)
      expect(parseJsonFeed((await get(site, json!)).body).items).toHaveLength(reader.papers.length)
    },
  ],
})
