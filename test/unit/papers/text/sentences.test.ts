import { expect, test } from 'vitest'
import { sentencesOf } from '../../../../src/papers/text/sentences.ts'

test.each([
  ['We study attention. It is linear.', 'We study attention.'],
  ['We use e.g. ResNet and, i.e., LLMs. Then we go.', 'We use e.g. ResNet and, i.e., LLMs.'],
  [
    'Methods (e.g. RAG, i.e. LLMs with search) fail. We fix them.',
    'Methods (e.g. RAG, i.e. LLMs with search) fail.',
  ],
  ['Gu et al. Mamba showed it. We go on.', 'Gu et al. Mamba showed it.'],
  ['As in Vaswani et al. (2017), we attend. Next.', 'As in Vaswani et al. (2017), we attend.'],
  ['See Fig. 1 and Fig. 3A. More follows.', 'See Fig. 1 and Fig. 3A.'],
  ['Eq. (3) and Sec. B hold. Next.', 'Eq. (3) and Sec. B hold.'],
  ['It gains 3.5 points, 12.7% more. Next.', 'It gains 3.5 points, 12.7% more.'],
  ['It costs $0.03 on GPT-4.1. Next.', 'It costs $0.03 on GPT-4.1.'],
  ['By J. K. Smith and A. Gu. Next.', 'By J. K. Smith and A. Gu.'],
  ['No. 5 GPUs were used. Next.', 'No. 5 GPUs were used.'],
  ['Is it so? The answer is no. 5 tests show it.', 'Is it so?'],
  [
    'Transformers vs. State Space Models are compared. Next.',
    'Transformers vs. State Space Models are compared.',
  ],
  ['Texts, images, etc. We unify them.', 'Texts, images, etc.'],
  [
    'It runs (see the appendix. All tests are there) well. Next.',
    'It runs (see the appendix. All tests are there) well.',
  ],
  ['We ask “does it scale?” and answer. Next.', 'We ask “does it scale?” and answer.'],
  ['The model is fast! We release it.', 'The model is fast!'],
  ['U.S. Government data is used. Next.', 'U.S. Government data is used.'],
  ['We serve models. vLLM is fast.', 'We serve models.'],
  ['We present any4, a format (e.g. fp4). any4 wins.', 'We present any4, a format (e.g. fp4).'],
  ['Of weights or activations. any4 yields more.', 'Of weights or activations.'],
  ['It lacks consistency.Existing models rely on it.', 'It lacks consistency.'],
  ['Built on Node.js and PyTorch 2.0. Next.', 'Built on Node.js and PyTorch 2.0.'],
  ['Like Huang et al. mT5 does it. Next.', 'Like Huang et al. mT5 does it.'],
  ['大语言模型很好。我们提出一种方法。', '大语言模型很好。'],
  ['No stop at the end', 'No stop at the end'],
  ['', ''],
])('the first sentence of %j', (text, sentence) => {
  expect(sentencesOf(text)[0] ?? '').toBe(sentence)
})

test('sentencesOf returns each sentence without the blanks between them', () => {
  expect(sentencesOf('One. Two?  Three')).toEqual(['One.', 'Two?', 'Three'])
  expect(sentencesOf('')).toEqual([])
})
