import { testMinis } from '../support/mini83';

testMinis(1, 2);
