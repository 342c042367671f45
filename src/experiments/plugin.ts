import { feature } from '../core/feature';
import { experimentKinds } from './kinds';

export const experiments = feature(
  'experiments',
  'Experiments and their trials.',
  smkit => ({ kinds: experimentKinds(smkit) })
);
