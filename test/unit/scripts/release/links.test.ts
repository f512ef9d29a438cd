import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { brokenLinks } from '../../../../scripts/release/links.ts'

test('`brokenLinks` finds links to files and places that do not exist', () => {
  const folder = mkdtempSync(join(tmpdir(), 'links-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'deep'))
  const good = [
    'deep/b.html',
    'deep/b.html#here',
    '#own',
    'a.html?q=1',
    'https://example.org/x',
    'mailto:a@b.example',
  ]
  const bad = ['c.html', 'deep/b.html#there', '#nowhere']
  const page = [...good, ...bad].map((href) => `<a href="${href}">x</a>`).join('')
  writeFileSync(join(folder, 'a.html'), `<h1 id="own">A</h1>${page}`)
  writeFileSync(
    join(folder, 'deep/b.html'),
    '<h1 id="here">B</h1><img src="../no.png"><a href="../a.html">A</a>',
  )
  expect(brokenLinks(folder).toSorted()).toEqual(
    [...bad.map((href) => `a.html: ${href}`), 'deep/b.html: ../no.png'].toSorted(),
  )
})
