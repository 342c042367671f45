import type { TranslationBundle } from '@jupyterlab/translation';
import { createContext, useContext } from 'react';

import type { ISmkit } from './smkit';

export const SmkitContext = createContext<ISmkit | null>(null);
export const VisibleContext = createContext(true);

export function useSmkit(): ISmkit {
  const smkit = useContext(SmkitContext);
  if (!smkit) {
    throw new TypeError('This component belongs inside a Page');
  }
  return smkit;
}

export function useTrans(): TranslationBundle {
  return useSmkit().trans;
}

/** Whether the page that a component stands in can be seen. */
export function useVisible(): boolean {
  return useContext(VisibleContext);
}
