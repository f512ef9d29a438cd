import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { literalProse, literalProseOfText } from '../../support/literal-prose.ts'

const FOLDER = resolve(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(FOLDER, path), 'utf8')

test.each(
  globSync(['templates/{pages,admin,emails}/**/*.{eta,mjml}', 'src/features/**/*.eta'], { cwd: FOLDER }),
)('%s has no text outside the catalogue', (path) => {
  expect(literalProse(read(path))).toEqual([])
  expect(read(path).match(/ lang="[^<"]*"/)).toBe(null)
})

test.each(globSync('templates/emails/**/*.txt', { cwd: FOLDER }))(
  '%s has no text outside the catalogue',
  (path) => {
    expect(literalProseOfText(read(path))).toEqual([])
  },
)

test.each(globSync('templates/emails/*/meta.json', { cwd: FOLDER }))(
  '%s has no text outside the catalogue',
  (path) => {
    const meta: Record<string, string> = JSON.parse(read(path))
    expect(Object.values(meta).flatMap(literalProseOfText)).toEqual([])
  },
)

test.each([
  ['<p><%= words.a %> and more</p>', 'and more'],
  ['<title>Papers</title>', 'Papers'],
  ['<img alt="A bar">', 'A bar'],
  ['<nav aria-label="Pages">', 'Pages'],
  ['<input placeholder="Your topics">', 'Your topics'],
  ['<abbr title="Universal time"></abbr>', 'Universal time'],
  ['<input type="submit" value="Go">', 'Go'],
  ['<mj-text><p>Bye <%= it.name %></p></mj-text>', 'Bye'],
  ["<% layout('./layout', { title: 'Papers' }) %>", 'Papers'],
  ['<table><tr>stray</tr></table>', 'stray'],
])('literalProse finds the text of %s', (source, found) => expect(literalProse(source)).toContain(found))

test('literalProse ignores code', () => {
  const source = `<% layout('./layout', { title: words.day.title, hidden: true }) %>
    <a class="site-link" href="/papers" <% if (it.on) { %>aria-current="page"<% } %>><%= it.name %></a> · 1 –
    <style>p { margin: 0 }</style><input type="hidden" name="do" value="add">`
  expect(literalProse(source)).toEqual([])
  expect(literalProseOfText('<%= it.manageUrl %>#pause\n  - <%= it.topic %>:')).toEqual([])
  expect(literalProseOfText('<%= it.name %>, since <%= it.day %>')).toEqual([', since'])
})
