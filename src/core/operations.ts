import type * as sdk from '@aws-sdk/client-sagemaker';

type Commands = typeof sdk;

/** An operation of SageMaker: `'ListModels'`. */
export type OperationName = keyof {
  [K in keyof Commands as K extends `${infer Name}Command` ? Name : never]: 1;
};

type Command<Name extends OperationName> = Commands[`${Name}Command` &
  keyof Commands];

/** A value as it travels: the SDK's dates are seconds since 1970. */
export type Wire<T> = T extends Date
  ? number
  : T extends (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type Input<Name extends OperationName> =
  Command<Name> extends new (...args: infer Args) => unknown
    ? Args extends [infer In]
      ? Wire<In>
      : never
    : never;

export type Output<Name extends OperationName> =
  Command<Name> extends new (...args: never[]) => {
    resolveMiddleware: (
      ...args: never[]
    ) => (args: never) => Promise<{ output: infer Out }>;
  }
    ? Wire<Omit<Out, '$metadata'>>
    : never;
