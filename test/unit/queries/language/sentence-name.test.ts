import { expect, test } from 'vitest'
import { topicName } from '../../../../src/queries/language/topic-name.ts'

test.each([
  // what is stressed
  [
    'I work on efficient inference of large language models, especially KV cache compression',
    'KV cache compression',
  ],
  [
    'We study wind turbines and the weather, in particular icing of blades in the mountains.',
    'icing of blades in the mountains',
  ],
  [
    'I build robots for kitchens with a focus on tactile sensing of wet dishes',
    'tactile sensing of wet dishes',
  ],
  // but not in a later sentence
  ['I study glacier melting in the Alps. I am particularly fond of maps.', 'glacier melting in the Alps'],
  // not only words that are in the topics of many people
  ['How can large language models be used for proving geometry theorems?', 'proving geometry theorems'],
  [
    'deep learning methods for the prediction of avalanche risk in mountains',
    'prediction of avalanche risk in mountains',
  ],
  // whole phrases, with the words before and after that belong to them
  [
    'deep reinforcement learning applied to the partitioning of railway graphs',
    'deep reinforcement learning',
  ],
  [
    'efficient inference of protein structures on phones with little memory',
    'efficient inference of protein structures',
  ],
  ['recursive tile-laying agents for extraordinarily complicated floors', 'recursive tile-laying agents'],
  [
    'control of ships and harbours under uncertain forecasts of tides and winds',
    'control of ships and harbours',
  ],
  // a short sentence, whole
  ...[
    'reinforcement learning from human feedback finance',
    'retrieval augmented generation for legal documents',
    'machine learning with language models for neural networks',
    'benchmarks for evaluating the dexterity of underwater grippers',
    'adaptive large neighborhood search for the discovery of mosaics',
  ].map((text) => [text, text]),
  // a first phrase that is too long
  [
    'tactile-visual cross-modal olfactory representation alignment without paired examples for robots',
    'tactile-visual cross-modal olfactory',
  ],
])('the name of the topic "%s" is "%s"', (query, name) => {
  expect(topicName({ name: query, query })).toBe(name)
})
