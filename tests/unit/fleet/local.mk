# unit tests of src/fleet
