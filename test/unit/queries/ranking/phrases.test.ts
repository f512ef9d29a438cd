import { expect, test } from 'vitest'
import { phrasesOf } from '../../../../src/queries/ranking/propose-topic.ts'
import { tokensOf } from '../../../../src/queries/text/tokens.ts'

const phrases = (text: string) => phrasesOf(text, tokensOf(text)).map((phrase) => phrase.text)

test.each([
  ['Gated linear attention', ['gated linear', 'gated linear attention', 'linear attention']],
  // What is cut out of a word with hyphens is none, and the whole word is one.
  ['retrieval-augmented generation', ['retrieval-augmented', 'retrieval-augmented generation']],
  ['on-device speech', []],
  ['competition-level code', ['competition-level', 'competition-level code']],
  // Nothing reaches over a bracket, a comma, or the end of a sentence.
  ['verifiable rewards (RLVR), scaling. Laws', ['verifiable rewards']],
  // What any paper says of itself begins none; what follows is missing behind "based".
  ['a novel attention based on', []],
  ['world models', ['world models']],
  // Capitals of a title go, those of names stay.
  ['Spiking LoRA Adapters', ['spiking LoRA', 'spiking LoRA adapters', 'LoRA adapters']],
  ['attention to attention', []],
])('%j holds %j', (text, expected) => {
  expect(phrases(text)).toEqual(expected)
})
