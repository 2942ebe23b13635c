import { sweep } from '../house/sweep.mjs';

sweep('brandt', 'de');
