import { expect, test } from 'vitest'
import { phrasesOf } from '../../../../src/queries/ranking/phrases.ts'
import { tokensOf } from '../../../../src/queries/text/tokens.ts'

const phrases = (text: string) => phrasesOf(text, tokensOf(text)).map((phrase) => phrase.text)

test.each([
  ['Gated linear attention', ['gated linear', 'gated linear attention', 'linear attention']],
  // A hyphenated word is whole. Alone, it is an adjective, unless it is an acronym's.
  ['retrieval-augmented generation', ['retrieval-augmented generation']],
  ['KV-cache eviction', ['KV-cache', 'KV-cache eviction']],
  ['on-device speech', []],
  ['competition-level code', ['competition-level code']],
  [
    'group relative policy optimization',
    ['group relative policy', 'group relative policy optimization', 'policy optimization'],
  ],
  // Nothing reaches over a bracket, a comma, or the end of a sentence.
  ['verifiable rewards (RLVR), scaling. Laws', ['verifiable rewards']],
  // What any paper says of itself begins none, and its nouns end none.
  ['a novel attention based on', []],
  ['reasoning benchmarks', []],
  ['deep research', ['deep research']],
  // The noun is missing behind an adjective and behind a number.
  ['physically plausible', []],
  ['open generative', []],
  ['holistic 3D', []],
  ['world models', ['world models']],
  // Capitals of a title go, those of names stay.
  ['Spiking LoRA Adapters', ['spiking LoRA', 'spiking LoRA adapters', 'LoRA adapters']],
  ['Sparse 3D Scenes', ['sparse 3D scenes', '3D scenes']],
  ['attention to attention', []],
])('%j holds %j', (text, expected) => {
  expect(phrases(text)).toEqual(expected)
})
