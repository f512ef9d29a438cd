import { expect, test } from 'vitest'
import { organizationName } from '../../../src/papers/organization-name.ts'

test.each([
  ['openai', 'openai'],
  ['ibm-granite', 'ibm-granite'],
  ['google-deepmind', 'google-deepmind'],
  ['ai2_', 'ai2'],
  ['université paris-saclay', 'Université Paris-Saclay'],
  ['university of science and technology  of china', 'University of Science and Technology of China'],
  ['the university of tokyo', 'The University of Tokyo'],
  ['Mistral AI_', 'Mistral AI'],
  ['York University ', 'York University'],
  ['inclusionAI', 'inclusionAI'],
  ['École polytechnique', 'École polytechnique'],
  ['台灣大學', '台灣大學'],
  ['01.ai', '01.ai'],
  ['', ''],
])('`organizationName` shows %j as %j', (name, shown) => {
  expect(organizationName(name)).toBe(shown)
})
