import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const folder = resolve(import.meta.dirname, '../../..')
const templates = globSync(['templates/{pages,admin}/**/*.eta', 'src/features/**/*.eta'], { cwd: folder })

// Parts of templates, attributes that contain only field names, our words that contain markup, and formulas.
const RAW =
  /^<%~ (include\((?:'\.\/|template, )|it\.body|math\.mathml %>|wrong\('\w+'|fillHtml\((words\.|said\.|it\.changesHtml)|words(\.\w+)+Html %>)/

test('templates fill in values unescaped nowhere', () => {
  expect(templates.length).toBeGreaterThan(15)
  for (const name of templates) {
    const source = readFileSync(resolve(folder, name), 'utf8')
    for (const [raw] of source.matchAll(/<%~.{0,60}/g))
      expect([name, raw]).toEqual([name, expect.stringMatching(RAW)])
  }
})

const OUR_SCRIPT = '<script src="<%= path %>" defer></script>'

test('no page holds a script of its own, a style or anything from elsewhere', () => {
  for (const name of templates) {
    const source = readFileSync(resolve(folder, name), 'utf8').replace(OUR_SCRIPT, '')
    expect([name, source]).toEqual([
      name,
      expect.not.stringMatching(/<script|<style|style="|\son\w+="|https?:\/\//),
    ])
  }
})
