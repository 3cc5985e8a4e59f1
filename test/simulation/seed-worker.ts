import { answerSeeds } from './guard.ts';
import { simulate } from './world.ts';

answerSeeds(simulate);
