import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { tokenFolders } from '../support/token-paths.ts'

// Debian has no Traefik, so nothing runs this file here.
const recipe = readFileSync(resolve(import.meta.dirname, '../../docs/recipes/traefik.yml'), 'utf8')
const lines = recipe.split('\n').filter((line) => !/^\s*#/.test(line))

test('every middleware and service that a router of the recipe names is defined, once', () => {
  const defined = lines.flatMap((line) => line.match(/^ {4}(daily-papers[\w-]*):$/)?.[1] ?? [])
  const used = lines.flatMap((line) => [
    ...(line.match(/middlewares: \[(.*)\]/)?.[1]?.split(', ') ?? []),
    ...(line.match(/^ +service: (\S+)/)?.slice(1) ?? []),
  ])
  expect(used.length).toBeGreaterThan(5)
  expect(used.filter((name) => !defined.includes(name))).toEqual([])
})

test('every path of the site that holds a token is neither compressed nor limited', () => {
  const [, personal = ''] = /PathRegexp\(`\(\?i\)\^\/\+\(([\w|/-]+)\)/.exec(recipe)!
  expect(tokenFolders().filter((folder) => !personal.split('|').includes(folder))).toEqual([])
})

test('the access log keeps no field that holds a path', () => {
  const [, kept = ''] = /names: \{ (.*) \}/.exec(recipe)!
  const names = kept.split(', ').map((field) => field.replace(': keep', ''))
  expect(recipe).toContain('defaultMode: drop\n')
  expect(recipe).toContain('headers: { defaultMode: drop }')
  expect(names.filter((name) => /path|line|addr|url|uri|origin/i.test(name))).toEqual([])
  expect(names).toContain('DownstreamStatus')
})
