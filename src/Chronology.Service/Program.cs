System.Console.WriteLine("chronology");
