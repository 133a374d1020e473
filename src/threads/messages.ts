/** The messages between a thread and its creator, for every kind of task. */
import { isNumber, isText, objectOf, orNull, type Guard } from "./shape.js";

/** `id` counts up; a thread does its requests one after the other. */
export type Request = { readonly id: number; readonly task: unknown };

/** Any number of notes while a task is done, and at its end its result, or the error that ended it. */
export type Answer = { readonly id: number } & (
  | { readonly note: unknown }
  | { readonly result: unknown }
  | { readonly error: { readonly code: string | null; readonly message: string } }
);

type TaskResult = {
  readonly result: unknown;
  /** What is handed over instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
};

/** How one kind of thread does a task. `note` tells of something before the end. */
export type RunTask = (task: unknown, note: (note: unknown) => void) => TaskResult | Promise<TaskResult>;

export const isRequest: Guard<Request> = (value): value is Request => isIdentified(value) && "task" in value;

export const isAnswer: Guard<Answer> = (value): value is Answer =>
  isIdentified(value) && ("note" in value || "result" in value || ("error" in value && isError(value.error)));

const isIdentified = objectOf<{ readonly id: number }>({ id: isNumber });
const isError = objectOf<{ readonly code: string | null; readonly message: string }>({
  code: orNull(isText),
  message: isText,
});
