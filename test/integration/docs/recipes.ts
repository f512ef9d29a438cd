import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Checks } from './recipe-world.ts'

export interface Recipe {
  name: string
  /** Its lines below the heading that are not empty. */
  lines: string[]
  /** The contents of its fenced blocks. */
  blocks: string[]
}

export const PAGE = readFileSync(resolve(import.meta.dirname, '../../../docs/integrations.md'), 'utf8')

/** The recipes of a page: its headings of the third level. */
export function recipesIn(page: string): Recipe[] {
  const [, ...sections] = page.split(/^### /m)
  return sections.map((section) => {
    const [name = '', ...lines] = section.split(/^## /m)[0]!.split('\n')
    const blocks = [...section.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
    return { name, lines: lines.filter(Boolean), blocks }
  })
}

/** What the recipes of a page and the checks do not have in common, in words. */
export function uncovered(page: string, checks: Checks): string[] {
  const recipes = recipesIn(page)
  const names = recipes.map(({ name }) => name)
  const wrong = recipes.flatMap(({ name, blocks }) => {
    const count = checks[name]?.length ?? 0
    if (blocks.length === 0) return [`${name}: has no block`]
    return blocks.length === count ? [] : [`${name}: ${blocks.length} blocks, ${count} checks`]
  })
  const gone = Object.keys(checks).filter((name) => !names.includes(name))
  return [...wrong, ...gone.map((name) => `${name}: not on the page`)]
}
