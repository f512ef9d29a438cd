import { addTopicsByOperator, removeTopicByOperator } from '../flows/subscriber/change-topics.ts'
import { showSubscriber } from '../flows/subscriber/show-subscriber.ts'
import type { AddCommands } from './command-line.ts'
import { change, textOfTopics } from './subscriber-answers.ts'

const DRY_RUN = ['--dry-run', 'say what would happen, and change nothing'] as const

interface DryRun {
  dryRun?: boolean
}

export const addTopicCommands: AddCommands = (program, line) => {
  const noun = program.command('topics').description("a subscriber's topics")
  noun
    .command('list')
    .argument('<email>')
    .action(
      line.action(async (deps, email: string) => {
        const { topics } = await showSubscriber(deps, { email })
        return { json: topics, text: textOfTopics(topics).join('\n') }
      }),
    )
  noun
    .command('add')
    .argument('<email>')
    .argument('<query>')
    .option(...DRY_RUN)
    .action(
      line.action((deps, email: string, text: string, options: DryRun) =>
        change(deps, options, async (tried) => {
          const topics = await addTopicsByOperator(tried, { email, text })
          return { json: { topics }, text: textOfTopics(topics).join('\n') }
        }),
      ),
    )
  noun
    .command('remove')
    .argument('<email>')
    .argument('<query>', 'the query, or the name, of one topic')
    .option(...DRY_RUN)
    .action(
      line.action((deps, email: string, text: string, options: DryRun) =>
        change(deps, options, async (tried) => {
          const topics = await removeTopicByOperator(tried, { email, text })
          return { json: { topics }, text: textOfTopics(topics).join('\n') }
        }),
      ),
    )
}
