import { describe, expect, test } from 'vitest'
import { SOURCES, splitSourceNames } from '../../../src/sources/registry.ts'
import type { Source } from '../../../src/sources/source.ts'

const parse = (text: string) => text
const withFreeText = (name: string): Source => ({
  ...SOURCES[0],
  name,
  sections: { required: true, example: 'x', parse, freeText: 'anything' },
})
const sources = [...SOURCES, withFreeText('list'), withFreeText('find')]
const split = (text: string) => splitSourceNames(text, sources)

describe('`splitSourceNames`', () => {
  test.each([
    ['huggingface', ['huggingface']],
    [' huggingface , arxiv:cs.CL,, biorxiv, ', ['huggingface', 'arxiv:cs.CL', 'biorxiv']],
    ['list:https://x/y?a=1,2,arxiv:cs.CL', ['list:https://x/y?a=1,2', 'arxiv:cs.CL']],
    ['list:https://x/1,2,3', ['list:https://x/1,2,3']],
    ['list:https://x/1,2 , huggingface', ['list:https://x/1,2', 'huggingface']],
    ['list:https://x/1,LIST:https://x/2', ['list:https://x/1', 'LIST:https://x/2']],
    ['find:a:1,b:2,find:c:3', ['find:a:1,b:2', 'find:c:3']],
    ['find:a:1,arxivish:2,biorxivs', ['find:a:1,arxivish:2,biorxivs']],
    ['find:a:1,\n  huggingface,\n', ['find:a:1', 'huggingface']],
    ['list:https://x/y,', ['list:https://x/y']],
    ['list:https://x/y#Cell, Molecular,biorxiv', ['list:https://x/y#Cell, Molecular', 'biorxiv']],
    ['huggingface,elsewhere,arxiv:cs.CL', ['huggingface', 'elsewhere', 'arxiv:cs.CL']],
    ['', []],
    [' , ', []],
  ])('%j has the sources %j', (text, names) => expect(split(text)).toEqual(names))

  test('joined again, its result is the same list', () => {
    const names = ['list:https://x/?a=1,2', 'huggingface', 'find:a:1,b:2', 'arxiv:cs.CL']
    expect(split(names.join(','))).toEqual(names)
  })
})
