// Shapes of CreateTags and DeleteTags (API version 2016-11-15; spec/api.md 4).
import { requestTags } from './flow-log-shapes.ts';
import { flag, list, member, structure, text, type ValueOf } from './wire/shape.ts';

/** Of CreateTags and DeleteTags. */
export const tagsInput = structure({
  DryRun: member('DryRun', flag),
  Resources: member('ResourceId', list(text)),
  Tags: member('Tag', requestTags),
});

/** SDKs know no member here; EC2 writes `<return>true</return>`. */
export const returnOutput = structure({ Return: member('return', flag) });

export type TagsRequest = ValueOf<typeof tagsInput>;
export type ReturnResult = ValueOf<typeof returnOutput>;
