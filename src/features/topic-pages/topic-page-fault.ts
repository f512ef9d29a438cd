import { errorEntries } from '../../core/error-table.ts'
import { Fault, type FaultValues } from '../../core/errors.ts'

export const topicPageErrors = {
  ...errorEntries(404, 1, {
    'topic-pages.unknown': 'There is no topic page "{id}". See them: topic-pages list',
  }),
  ...errorEntries(422, 2, {
    'topic-pages.long-name': 'The name of the page has {count} characters. Up to {most} are allowed.',
    'topic-pages.address-in-name':
      'The name of the page looks like an address of a site or a person. Use words.',
    'topic-pages.address-in-topic':
      'The name of topic {topic} of the page looks like an address of a site or a person. Use words.',
  }),
}

export class TopicPageFault extends Fault {
  constructor(code: keyof typeof topicPageErrors, values: FaultValues = {}) {
    super(topicPageErrors[code], values)
  }
}
