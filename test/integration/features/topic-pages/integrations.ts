import { expect } from 'vitest'
import { get, post, textOf } from '../../../support/site.ts'
import { type Checks, EXAMPLE, type RecipeWorld, TITLE } from '../../docs/recipe-world.ts'

export const integrations = ({ site }: RecipeWorld): Checks => ({
  'A frame': [
    async (block) => {
      const made = String(
        (await post(site, '/topics', { topic: 'linear attention', name: '' })).headers.location,
      )
      const code = block.trim().replace(/\/topics\/[0-9a-f]+/, made)
      const offered = /<pre id="embed-code"[^>]*>([^<]*)<\/pre>/.exec((await get(site, made)).body)?.[1]
      expect(offered?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')).toBe(code)
      const shown = await get(site, /src="([^"]*)"/.exec(code)![1]!.replace(EXAMPLE, ''))
      expect(shown.headers['content-security-policy']).toContain('frame-ancestors *')
      expect(textOf(shown.body)).toContain(TITLE)
    },
  ],
})
