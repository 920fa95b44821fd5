# unit tests of src/cli
